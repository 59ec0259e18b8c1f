// Owns asking tshark what it reads in a capture file, as the other opinion about our own decoding.

import { execFile, execFileSync } from 'node:child_process';

/** Preferences under which tshark reads what stands in each packet, instead of what it remembers of earlier ones. */
const preferences = [
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  'tcp.relative_sequence_numbers:FALSE',
  'esp.enable_null_encryption_decode_heuristic:FALSE',
];

/** Whether tshark is there. Without it a test must be skipped, and why is printed; in CI its absence throws. */
export function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    const reason = 'tshark not found (Debian package tshark)';
    if (process.env['CI'] === 'true') throw new Error(reason);
    console.warn(`skipped: ${reason}`);
    return false;
  }
}

/** The named fields of every packet: for each field its values in the order of the packet. */
export async function tsharkFields(
  file: string,
  fields: readonly string[],
): Promise<readonly (readonly (readonly string[])[])[]> {
  const args = [
    ...['-n', '-r', file, '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=|'],
    ...preferences.flatMap((preference) => ['-o', preference]),
    ...['-d', 'udp.port==8472,vxlan', '-d', 'udp.port==8285,ip'],
    ...fields.flatMap((field) => ['-e', field]),
  ];
  const stdout = await new Promise<string>((resolve) => {
    // It ends with an error when a file ends inside a packet, and still prints what came before.
    execFile('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 30 }, (_, printed) => resolve(printed));
  });
  if (stdout === '') return [];
  return stdout
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t').map((cell) => (cell === '' ? [] : cell.split('|'))));
}
