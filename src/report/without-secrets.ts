// Owns taking secrets out of text that leaves this machine: known passwords, and whatever stands where configurations have one.

/** What stands in the place of a secret. */
export const removed = '<removed>';

/**
 * Words of FRR, BIRD, VyOS, Calico and Kubernetes that a secret follows; the text up to the secret is kept. Hashes are secrets
 * too: they can be tried offline.
 */
const followed: readonly RegExp[] = [
  // FRR and BIRD: neighbor … password x, password "x", ip ospf authentication-key x, message-digest-key 1 md5 x, key-string x.
  /(\bpassword\s+)("[^"]*"|'[^']*'|[^\s"'{;\\]+)/g,
  /(\bauthentication-key\s+|\bauthentication string\s+|\bkey-string\s+|\bmessage-digest-key \d+ md5\s+)(\S+)/g,
  // VyOS, also inside a JSON text, where quotes are escaped.
  /(\b(?:(?:plaintext|encrypted)-password|private-key|preshared-key|pre-shared-secret|md5-key|secret|key)\s+)(\\?"[^"\\]*\\?"|'[^']*')/g,
  // YAML and JSON: password: x, "token": "x", client-key-data: x.
  /(["']?\b(?:password|token|secretKey|client-key-data|client-certificate-data)\b\\?["']?\s*:\s*)(\\?"[^"\\]*\\?"|'[^']*'|[^\s,{}[\]"']+)/gi,
  // Environment, as Docker shows it and as a pod states it: REGISTRY_TOKEN=x, name: REGISTRY_TOKEN and below it value: x.
  /(\b\w*(?:PASSWORD|TOKEN|SECRET)\w*=)([^\s"',]+)/g,
  /(\bname:\s*\w*(?:PASSWORD|TOKEN|SECRET)\w*\s*\n\s*value:\s*)(\S+)/g,
  // Addresses with a user: https://user:x@host.
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)([^\s/@]+)(?=@)/g,
];

const keyBlock = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;

/** A text without secrets. `known`: passwords whose value is known; they go wherever they stand. */
export function withoutSecrets(text: string, known: readonly string[]): string {
  let clean = text.replace(keyBlock, removed);
  for (const secret of known.filter((word) => word.length > 0)) {
    clean = clean.replaceAll(secret, removed).replaceAll(Buffer.from(secret).toString('base64'), removed);
  }
  for (const pattern of followed) {
    clean = clean.replace(pattern, (whole: string, before: string, secret: string) =>
      /^\\?["']?(<removed>|<password:[^>]*>|\*|)\\?["']?$/.test(secret) ? whole : `${before}${removed}`,
    );
  }
  return clean;
}
