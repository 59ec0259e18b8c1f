// Owns what an image's name says: registry, repository, tag and digest, as Docker completes it. Pure.

/** A reference, complete: `busybox` is docker.io's `library/busybox` with the tag `latest`. */
export interface ImageReference {
  /** Host and port: `docker.io`, `registry.example:5000`. */
  readonly registry: string;
  readonly repository: string;
  /** Undefined where only a digest is named. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

/**
 * Reads a reference. The first part is a registry when it has a dot or a port or is `localhost`
 * (github.com/distribution/reference, normalize.go).
 */
export function parseReference(text: string): ImageReference {
  const [name = '', digest] = text.split('@');
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost';
  const path = isHost ? name.slice(slash + 1) : name;
  const [, repository = '', tag] = /^(.*?)(?::([^:/]+))?$/.exec(path) ?? [];
  const registry = isHost && first !== 'index.docker.io' ? first : 'docker.io';
  return {
    registry,
    repository: registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

/** The repository with its registry: `docker.io/library/busybox`. */
export function repositoryOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}
