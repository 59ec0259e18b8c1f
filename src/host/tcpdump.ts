// Owns the program `tcpdump`: one that listens on an interface until it is told to stop, and never outlives labctl.

import type { Shell } from '../base/shell.ts';
import { attend } from './attended.ts';
import { Recording } from './recording.ts';

/** What one tcpdump caught, and what it says of itself. */
export interface Captured {
  /** A whole pcap file, in pieces. */
  readonly pcap: Iterable<Uint8Array>;
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

/** What tcpdump says of a port that is down: nothing can pass there, and that is an answer. */
const isDown = /^tcpdump: .*: That device is not up$/m;

/** A pcap file without packets: version 2.4, nanoseconds, whole packets, Ethernet. */
const emptyPcap = Buffer.from('4d3cb2a1020004000000000000000000ffff000001000000', 'hex');

/** What a tcpdump listens to. */
export interface ListenOptions {
  /** A pcap filter. */
  readonly filter: string;
  /** Bytes kept of a packet; all when left out. The kernel's buffer has room for the more packets, the fewer are kept. */
  readonly snapLength?: number | undefined;
  /** Bytes that the kernel holds until they are read; its own choice (2 MB) when left out. */
  readonly buffer?: number | undefined;
}

/** tcpdump's arguments: nanosecond stamps, packets written one by one to standard output. */
function tcpdumpArgv(iface: string, { filter, snapLength, buffer }: ListenOptions): readonly string[] {
  const options = ['-i', iface, '-n', '-U', '--immediate-mode', '--time-stamp-precision=nano', '-Z', 'root', '-w', '-'];
  if (snapLength !== undefined) options.push('-s', String(snapLength));
  if (buffer !== undefined) options.push('-B', String(Math.ceil(buffer / 1024)));
  return ['tcpdump', ...options, '--', filter];
}

/** Lets tcpdump compile an expression for Ethernet, and listens nowhere. Throws HOST_COMMAND_FAILED with what it says. */
export async function checkFilter(shell: Shell, filter: string): Promise<void> {
  await shell.run(['tcpdump', '-d', '-y', 'EN10MB', '--', filter]);
}

/** Starts tcpdump on an interface of the shell's machine; `onData` is given the pcap file piece by piece. */
export function startTcpdump(
  shell: Shell,
  iface: string,
  options: ListenOptions,
  onData: (piece: Uint8Array) => void = () => undefined,
): Listener {
  const recording = new Recording();
  let heard: number | undefined;
  const program = attend(shell, tcpdumpArgv(iface, options), {
    purpose: `listen on ${iface}`,
    signal: 'TERM',
    isReady: (said) => /^(tcpdump: )?listening on /m.test(said) || isDown.test(said),
    onData: (chunk) => {
      recording.push(chunk);
      heard = performance.now();
      onData(chunk);
    },
  });
  return {
    ready: program.ready,
    lastHeard: () => heard,
    size: () => recording.size,
    stop: async () => {
      await program.stop();
      const said = program.said();
      return { pcap: isDown.test(said) ? [emptyPcap] : recording, ...readCounts(said) };
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
