// Owns how a node's containerd is told of mirrors: a hosts.toml a registry (containerd, docs/hosts.md). Pure.

import type { KindCluster } from '../design/kind-cluster.ts';

/** Where containerd looks in a node. */
export const registryFolder = '/etc/containerd/certs.d';

/** Older nodes (before kind 0.27) look only where they are told to; newer ones do anyway. */
export const registryPatch = `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${registryFolder}"\n`;

/** This machine's own address is another machine's in a node. */
const loopback = /^https?:\/\/(localhost|127\.[\d.]+)(:|\/|$)/;

/** `certs.d/<registry>/hosts.toml` for every registry with a mirror that a node can reach; mirrors in order, the registry last. */
export function registryHosts({ mirrors }: Pick<KindCluster, 'mirrors'>): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [registry, addresses] of Object.entries(mirrors)) {
    const reached = addresses.filter((address) => !loopback.test(address));
    if (reached.length === 0) continue;
    const server = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    files.set(
      `certs.d/${registry}/hosts.toml`,
      [`server = "https://${server}"\n`, ...reached.map(hostTable)].join('\n'),
    );
  }
  return files;
}

/** Below a path a mirror is asked at `/v2/<path>/…`, as Docker asks it. */
function hostTable(address: string): string {
  const { origin, pathname } = new URL(address);
  const isRoot = pathname === '/';
  return [
    `[host."${isRoot ? origin : `${origin}/v2${pathname}`}"]`,
    '  capabilities = ["pull", "resolve"]',
    ...(isRoot ? [] : ['  override_path = true']),
    '',
  ].join('\n');
}
