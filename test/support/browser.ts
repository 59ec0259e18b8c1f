// Owns opening a page in headless Chromium, over its own debugging protocol on two pipes: no driver in between.

import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { scratchFolder } from './scratch.ts';

const program = ['chromium-headless-shell', 'chromium'].find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Whether Chromium is there. Without it a test must be skipped, and why is printed; in CI its absence throws. */
export function hasBrowser(): boolean {
  if (program !== undefined) return true;
  const reason = 'no Chromium found (Debian package chromium-headless-shell)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}

/** An open page. */
export interface Page {
  /** What a JavaScript expression is there, as JSON. */
  value(expression: string): Promise<unknown>;
  /** A key pressed and let go: `ArrowRight`. */
  press(key: string): Promise<void>;
  /** A picture as PNG, for people. */
  screenshot(file: string): Promise<void>;
  /** Errors and all that was written to the console, refusals of the content security policy too. */
  readonly said: readonly string[];
  /** The addresses of everything that was asked for, the page's own first. */
  readonly requested: readonly string[];
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Opens an HTML file and waits until it is loaded. Close it in the end. */
export async function openPage(file: string): Promise<Page> {
  const profile = scratchFolder('labctl-chromium-');
  const flags = ['--remote-debugging-pipe', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  const child = spawn(program ?? '', [...flags, '--headless', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, (message: Message) => void>();
  const said: string[] = [];
  const requested: string[] = [];
  let loaded = () => {};
  let session: unknown;
  let id = 0;

  const hear = ({ method, params = {} }: Message): void => {
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Network.requestWillBeSent') requested.push((params['request'] as { url: string }).url);
    if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled' || method === 'Log.entryAdded')
      said.push(JSON.stringify(params));
  };
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const pieces = (rest + text).split('\0');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const message = JSON.parse(piece) as Message;
      if (message.id === undefined) hear(message);
      else waiting.get(message.id)?.(message);
    }
  });
  const ask = (method: string, params: object = {}): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      id++;
      waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result ?? {}) : reject(new Error(`${method}: ${error.message}`)),
      );
      input.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    });

  const { targetId } = await ask('Target.createTarget', { url: 'about:blank', width: 1500, height: 1000 });
  session = (await ask('Target.attachToTarget', { targetId, flatten: true }))['sessionId'];
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);
  const isLoaded = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  await ask('Page.navigate', { url: pathToFileURL(file).href });
  await isLoaded;
  return {
    said,
    requested,
    value: async (expression) => {
      const { result, exceptionDetails } = await ask('Runtime.evaluate', { expression, returnByValue: true });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value?: unknown }).value;
    },
    press: async (key) => {
      const codes: Readonly<Record<string, number>> = { End: 35, Home: 36, ArrowLeft: 37, ArrowRight: 39 };
      const event = { key, code: key, windowsVirtualKeyCode: codes[key] };
      for (const type of ['keyDown', 'keyUp']) await ask('Input.dispatchKeyEvent', { type, ...event });
    },
    screenshot: async (path) => {
      const { data } = await ask('Page.captureScreenshot');
      writeFileSync(path, String(data), 'base64');
    },
    close: async () => {
      session = undefined;
      await ask('Browser.close').catch(() => undefined);
      await ended;
    },
  };
}
