// Owns how a password stands in a configuration that anyone may read: by the name of its Secret.

/**
 * What stands for the password of `<secret>/<key>` in every artifact. The engine puts the password itself in when it
 * writes the daemon's own file, of mode 0600; plans, rendered files and state never hold it.
 */
export function passwordMark(secretKey: string): string {
  return `<password:${secretKey}>`;
}

/** Whether a configuration needs a password that is not in it. */
export function hasPasswordMark(text: string): boolean {
  return text.includes('<password:');
}
