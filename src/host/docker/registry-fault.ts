// Owns why a registry did not give an image, in words that say what to do: Docker quotes registries, who say it in many ways. Pure.

/** Why, and what helps; `reason` is Docker's own text where it is none of the known ones. */
export interface RegistryFault {
  readonly why: string;
  readonly way: string | undefined;
}

const faults: readonly (readonly [RegExp, string, string | undefined])[] = [
  [
    /toomanyrequests|too many requests|rate limit|\b429\b/i,
    'the registry lets this address pull no more for now (rate limit)',
    'docker login, a mirror (engines.kind.mirrors), or labctl images load on this machine',
  ],
  [
    /verification failed|digest (?:mismatch|did not match)|does not match|unexpected commit digest|wrong diff id|invalid checksum/i,
    'what the registry sent is not what its digest says; nothing of it was kept',
    'ask another mirror, and do not trust this one',
  ],
  [
    /unauthorized|authentication required|no basic auth/i,
    'the registry wants to know who asks, or has no such image',
    'docker login; check the name',
  ],
  [/denied/i, 'the registry has no such image, or does not show it to this user', 'check the name; docker login'],
  [/manifest unknown|name unknown|not found|\b404\b/i, 'the registry has no such image', 'check name and tag'],
  [
    /server gave HTTP response to HTTPS client/i,
    'the registry speaks plain http, which Docker refuses',
    'insecure-registries in /etc/docker/daemon.json, or https',
  ],
  [
    /x509|certificate/i,
    "Docker does not trust the registry's certificate",
    "its CA's file as /etc/docker/certs.d/<registry>/ca.crt",
  ],
  [
    /no such host|server misbehaving|connection refused|no route to host|network is unreachable|i\/o timeout|deadline exceeded|Client\.Timeout|no answer/i,
    'the registry cannot be reached',
    'a mirror (engines.kind.mirrors), or labctl images load',
  ],
  [/no space left on device/i, "there is no room left for Docker's images", 'docker image prune; df -h'],
  [
    /no matching manifest for|does not match the specified platform/i,
    "the registry has it for other machines than this Docker's",
    undefined,
  ],
];

/** What Docker's text about a registry means. */
export function registryFault(reason: string): RegistryFault {
  for (const [pattern, why, way] of faults) if (pattern.test(reason)) return { why, way };
  return { why: reason, way: undefined };
}
