// Owns the recipes of container images that labctl's files ask for: a lab's machine, and labctl itself with all it runs.

/** Dockerfile of a machine of the netns engine: Debian with the programs that its start script calls. */
export function machineDockerfile(packages: readonly string[]): string {
  return `# A node, router or switch of a labctl lab. Build it once for all labs, and push it where the cluster can pull it.
FROM docker.io/library/debian:12-slim
RUN ${aptInstall(packages)}
CMD ["sleep", "infinity"]
`;
}

/** Dockerfile of labctl: beside it in the folder stands the package that `npm pack` makes in a clone. */
export function labctlDockerfile(packages: readonly string[]): string {
  return `# labctl and the programs of its embedded engine. Before: npm pack --pack-destination . <a clone of labctl>
FROM docker.io/library/node:24-bookworm-slim
RUN ${aptInstall(packages)}
COPY labctl-*.tgz /tmp/
RUN npm install --global /tmp/labctl-*.tgz && rm /tmp/labctl-*.tgz
ENTRYPOINT ["labctl"]
`;
}

function aptInstall(packages: readonly string[]): string {
  return `apt-get update \\
 && apt-get install --yes --no-install-recommends ${packages.join(' ')} \\
 && rm -rf /var/lib/apt/lists/*`;
}
