// Owns asking the real tcpdump which frames of a capture file an expression takes.

import { execFileSync } from 'node:child_process';

/** Whether tcpdump is there. Without it a test must be skipped, and why is printed; in CI its absence throws. */
export function hasTcpdump(): boolean {
  try {
    execFileSync('tcpdump', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    const reason = 'tcpdump not found (Debian package tcpdump)';
    if (process.env['CI'] === 'true') throw new Error(reason);
    console.warn(`skipped: ${reason}`);
    return false;
  }
}

/** The file with the frames that the expression takes, as tcpdump writes it. */
export function taken(file: string, expression: string): Buffer {
  const argv = ['-r', file, '--time-stamp-precision=nano', '-Z', 'root', '-w', '-', '--', expression];
  return execFileSync('tcpdump', argv, { stdio: ['ignore', 'pipe', 'ignore'] });
}
