// Owns the program `tcpdump`: one that listens on an interface until it is told to stop, and never outlives labctl.

import { spawn } from 'node:child_process';
import { LabError } from '../base/errors.ts';
import type { Shell } from '../base/shell.ts';

/** What one tcpdump caught, and what it says of itself. */
export interface Captured {
  /** A whole pcap file. */
  readonly pcap: Uint8Array;
  /** Packets written. */
  readonly captured: number;
  /** Packets that matched the filter; more than `captured` means some were not seen. */
  readonly received: number;
  /** Packets the kernel dropped for lack of room. */
  readonly dropped: number;
}

/** A tcpdump that runs. */
export interface Listener {
  /** Resolves once it listens (packets from now on are caught), or where the interface is down; rejects with HOST_COMMAND_FAILED when it cannot. */
  readonly ready: Promise<void>;
  /** When the last bytes came, in milliseconds of `performance.now()`; undefined before the first. */
  lastHeard(): number | undefined;
  /** Bytes of the pcap file as far as it has come. */
  size(): number;
  /** Ends it and waits until it is gone. Idempotent; never rejects. */
  stop(): Promise<Captured>;
}

/**
 * tcpdump under a shell that ends it as soon as standard input closes. Killing an nsenter leaves its child alive, and
 * a tcpdump whose reader is gone only notices at its next packet; a closed standard input is noticed always, also when
 * labctl was killed.
 */
const script = [
  'exec 3<&0',
  'tcpdump "$@" 3<&- & listener=$!',
  '{ read -r _ <&3; kill "$listener"; } >/dev/null 2>&1 & watcher=$!',
  'wait "$listener"; status=$?',
  'kill "$watcher" 2>/dev/null',
  'exit "$status"',
].join('\n');

/** What tcpdump says of a port that is down: nothing can pass there, and that is an answer. */
const isDown = /^tcpdump: .*: That device is not up$/m;

/** A pcap file without packets: version 2.4, nanoseconds, whole packets, Ethernet. */
const emptyPcap = Buffer.from('4d3cb2a1020004000000000000000000ffff000001000000', 'hex');

/** The argument list inside the machine: nanosecond stamps, whole packets, written one by one to standard output. */
export function tcpdumpArgv(iface: string, filter: string): readonly string[] {
  const options = ['-i', iface, '-n', '-U', '--immediate-mode', '--time-stamp-precision=nano', '-Z', 'root', '-w', '-'];
  return ['sh', '-c', script, 'tcpdump', ...options, '--', filter];
}

/** Lets tcpdump compile an expression for Ethernet, and listens nowhere. Throws HOST_COMMAND_FAILED with what it says. */
export async function checkFilter(shell: Shell, filter: string): Promise<void> {
  await shell.run(['tcpdump', '-d', '-y', 'EN10MB', '--', filter]);
}

/** Starts tcpdump on an interface of the shell's machine; `onData` is given the pcap file piece by piece. */
export function startTcpdump(
  shell: Shell,
  iface: string,
  filter: string,
  onData: (piece: Uint8Array) => void = () => undefined,
): Listener {
  const argv = shell.argv(tcpdumpArgv(iface, filter));
  const [file = '', ...args] = argv;
  const begin = performance.now();
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  let size = 0;
  let heard: number | undefined;
  let said = '';
  let spawnError: Error | undefined;
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    heard = performance.now();
    onData(chunk);
  });

  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      spawnError = error;
      resolve(127);
    });
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });

  const ready = new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/^(tcpdump: )?listening on /m.test(said) || isDown.test(said)) resolve();
    });
    void ended.then((exitCode) => {
      const stderr = spawnError === undefined ? said : `${spawnError.message}\n`;
      const ran = { argv, where: shell.where, exitCode, stdout: '', stderr, ms: performance.now() - begin };
      const isMissing = exitCode === 127;
      reject(
        new LabError(
          isMissing ? 'HOST_PROGRAM_MISSING' : 'HOST_COMMAND_FAILED',
          `could not listen on ${iface} of ${shell.where}`,
          { ran, hint: isMissing ? 'labctl doctor' : undefined },
        ),
      );
    });
  });
  ready.catch(() => undefined);

  return {
    ready,
    lastHeard: () => heard,
    size: () => size,
    stop: async () => {
      child.stdin.end();
      await ended;
      return { pcap: isDown.test(said) ? emptyPcap : Buffer.concat(chunks), ...readCounts(said) };
    },
  };
}

/** Reads the three lines tcpdump ends with. */
export function readCounts(said: string): Omit<Captured, 'pcap'> {
  const count = (pattern: RegExp): number => Number(pattern.exec(said)?.[1] ?? 0);
  return {
    captured: count(/(\d+) packets? captured/),
    received: count(/(\d+) packets? received by filter/),
    dropped: count(/(\d+) packets? dropped by kernel/),
  };
}
