// Owns the parts of what `collect` gathers, each by itself: one that fails leaves the others.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { arch, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Shell } from '../base/shell.ts';
import type { Context } from './context.ts';
import type { Running } from './running.ts';

/** Names to texts, or to the bytes of captures. */
export type Part = ReadonlyMap<string, string | Uint8Array>;

/** The lab with everything merged in, and what follows from it. */
export async function labPart({ saved, lab }: Running): Promise<Part> {
  const { stringify } = await import('yaml');
  return new Map([
    ['lab.yml', stringify(lab, { lineWidth: 0 })],
    ['design.json', `${JSON.stringify(saved.design, undefined, 1)}\n`],
  ]);
}

/** Of labctl, this machine, and the programs that the lab runs. */
export async function versionsPart(context: Context, { design, engine, lab }: Running): Promise<Part> {
  const { localShell } = await import('../host/local-shell.ts');
  const ask = (shell: Shell, argv: readonly string[]): Promise<string> => answerOf(shell, argv, context.signal);
  const [node] = design.nodes;
  const [router] = design.routers;
  const own = `labctl ${context.version}\nengine ${engine.name}\nLinux ${release()} ${arch()}\nlab ${lab.name}, Calico ${design.version.text}\n`;
  const answers = [
    await ask(localShell(), ['node', '--version']),
    await ask(localShell(), ['cat', '/etc/os-release']),
    ...(node === undefined
      ? []
      : [await ask(engine.shell(node.name), ['ip', '-V']), await ask(engine.shell(node.name), ['nft', '--version'])]),
    ...(node === undefined || design.backend !== 'bird'
      ? []
      : [await ask(engine.shell(node.name), ['birdc', 'show', 'status'])]),
    ...(router === undefined ? [] : [await ask(engine.shell(router.name), ['vtysh', '-c', 'show version'])]),
  ];
  return new Map([['versions.txt', `${own}${answers.join('')}`]]);
}

/** A command with what it said, or why it said nothing. */
async function answerOf(shell: Shell, argv: readonly string[], signal: AbortSignal): Promise<string> {
  const { answerText } = await import('../evidence/machine-state.ts');
  const asked = shell.run(argv, { onFailure: 'return', timeoutMs: 20_000, signal });
  const ran = await asked.catch((error: Error) => ({ stdout: '', stderr: error.message, exitCode: 127 }));
  return answerText(argv, ran);
}

/**
 * What Kubernetes and Docker say of a lab on kind; nothing on an engine that has neither. Logs are asked for in the nodes, by their
 * containerd: kubectl gets them over the fabric, which may be what is broken (kind-engine.md 4).
 */
export async function clusterPart(context: Context, { name, design, engine }: Running): Promise<Part> {
  if (engine.name !== 'kind') return new Map();
  const { localShell } = await import('../host/local-shell.ts');
  const { clusterQuestions, nodeQuestions } = await import('../engine/kind/questions.ts');
  const { labApi } = await import('./kubectl.ts');
  const { kubeconfig } = await labApi(context, name);
  const asked = [
    ...clusterQuestions(design, kubeconfig).map((question) => ({ ...question, shell: localShell() })),
    ...design.nodes.flatMap((node) =>
      nodeQuestions(node.name).map((question) => ({ ...question, shell: engine.shell(node.name) })),
    ),
  ];
  const files = asked.map(
    async ({ file, argv, shell }) => [file, await answerOf(shell, argv, context.signal)] as const,
  );
  return named('cluster', new Map(await Promise.all(files)));
}

/** As the engine was given them; the kind engine's without the release's manifest, which everybody can get. */
export async function configurationsPart(context: Context, running: Running): Promise<Part> {
  const { design, lab, engine } = running;
  if (engine.name === 'kind') {
    const { kindArtifacts } = await import('./kind-artifacts.ts');
    const loaded = { lab, design, artifacts: new Map<string, string>(), warnings: [] };
    const { artifacts } = await kindArtifacts(context, loaded);
    return named('configurations', artifacts);
  }
  const { writeArtifacts } = await import('../artifact/write-artifacts.ts');
  return named('configurations', writeArtifacts(design));
}

/** What every machine shows of its kernel and its daemons. */
export async function tablesPart({ design, engine }: Running, signal: AbortSignal): Promise<Part> {
  const { machineState } = await import('../evidence/machine-state.ts');
  return named('machines', await machineState(design, engine, signal));
}

/** Of the daemons; none on an engine that keeps them elsewhere. */
export async function logsPart({ state }: Running): Promise<Part> {
  const logs = new Map<string, string>();
  for (const file of (await readdir(state.logs)).toSorted())
    logs.set(file, await readFile(join(state.logs, file), 'utf8'));
  return named('logs', logs);
}

/** Status and verdict of this moment, in the forms that people and programs read. */
export async function reportsPart(context: Context, lab: string): Promise<Part> {
  const { status } = await import('./status.ts');
  const { statusText } = await import('../report/status-text.ts');
  const { verify } = await import('./verify.ts');
  const { verdictJson } = await import('../report/verdict-json.ts');
  const { verdictJunit } = await import('../report/verdict-junit.ts');
  const { verdictText } = await import('../report/verdict-text.ts');
  const seen = await status(context, { lab });
  const verdict = await verify(context, { lab, timeoutMs: 0 });
  return named(
    'reports',
    new Map([
      ['status.txt', statusText(seen)],
      ['status.json', `${JSON.stringify(seen, undefined, 2)}\n`],
      ['verdict.txt', verdictText(verdict)],
      ['verdict.json', verdictJson(verdict)],
      ['junit.xml', verdictJunit(verdict)],
    ]),
  );
}

/** A ping between the first and the last pod, listened to at every point of its way. */
export async function capturesPart(context: Context, { name, design }: Running): Promise<Part> {
  const [first, last] = [design.pods[0], design.pods.at(-1)];
  if (first === undefined || last === undefined || first === last) return new Map();
  const { capture } = await import('./capture.ts');
  const { captureText } = await import('../report/capture-text.ts');
  const folder = await mkdtemp(join(tmpdir(), 'labctl-collect-'));
  try {
    const out = join(folder, 'capture');
    const result = await capture(context, {
      lab: name,
      from: first.name,
      to: last.name,
      at: [],
      isEverywhere: false,
      probe: { kind: 'echo', count: 1 },
      limits: {},
      out,
    });
    const files = new Map<string, string | Uint8Array>([['capture.txt', captureText(result)]]);
    for (const file of (await readdir(out)).toSorted()) files.set(file, await readFile(join(out, file)));
    return named('captures', files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function named(folder: string, files: Part): Part {
  return new Map([...files].map(([name, content]) => [`${folder}/${name}`, content]));
}
