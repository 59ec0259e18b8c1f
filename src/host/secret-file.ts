// Owns the files that passwords come from: who may read them, and reading one at the moment it is needed.

import { open } from 'node:fs/promises';
import { LabError } from '../base/errors.ts';

/** Longest key of TCP MD5 that Linux takes (tcp_md5sig, RFC 2385). */
const longest = 80;

/**
 * The password in a file: its text without the newline at its end. Throws USAGE when the file is not there, when others
 * than its owner may read it, or when it is no password of 1 to 80 printable characters; never says what it holds.
 */
export async function readSecretFile(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new LabError('USAGE', `cannot read the password file ${path}: ${cause.message}`, { cause });
  });
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const message = `the password file ${path} can be read by others (mode ${(mode & 0o777).toString(8)})`;
      throw new LabError('USAGE', message, { hint: `chmod 600 ${path}` });
    }
    const password = (await file.readFile('utf8')).replace(/\r?\n$/, '');
    if (password.length > 0 && password.length <= longest && /^[\x21-\x7e]+$/.test(password) && !/["\\]/.test(password))
      return password;
    throw new LabError('USAGE', `the password file ${path} does not hold one password`, {
      hint: `1 to ${longest} printable characters without space, quote or backslash`,
    });
  } finally {
    await file.close();
  }
}
