// Mirrors as a node's containerd reads them, and as kind mounts them.

import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { newestTools } from '../../../src/artifact/kind-tools.ts';
import { registryHosts } from '../../../src/artifact/registry-hosts.ts';
import { writeKindArtifacts } from '../../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindSettingsOf } from '../../../src/lab/kind-settings.ts';
import { bgpRr } from '../../support/labs.ts';

it('writes one hosts.toml a registry, its mirrors in order and the registry behind them', () => {
  const mirrors = {
    'docker.io': ['https://mirror.example:5000', 'https://far.example/hub'],
    'quay.io': ['http://mirror.example:5001'],
  };

  const files = registryHosts({ mirrors });

  expect([...files.keys()]).toEqual(['certs.d/docker.io/hosts.toml', 'certs.d/quay.io/hosts.toml']);
  expect(files.get('certs.d/docker.io/hosts.toml')).toBe(`server = "https://registry-1.docker.io"

[host."https://mirror.example:5000"]
  capabilities = ["pull", "resolve"]

[host."https://far.example/v2/hub"]
  capabilities = ["pull", "resolve"]
  override_path = true
`);
});

it("leaves this machine's own addresses out: in a node they are the node's", () => {
  const mirrors = {
    'docker.io': ['http://127.0.0.1:5000'],
    'quay.io': ['http://localhost:5000', 'http://10.0.0.5:5000'],
  };

  const files = registryHosts({ mirrors });

  expect([...files.keys()]).toEqual(['certs.d/quay.io/hosts.toml']);
  expect(files.get('certs.d/quay.io/hosts.toml')).not.toContain('localhost');
});

it('is mounted into every node, and only where there is a mirror', () => {
  const { design } = designLab(bgpRr);
  if (design === undefined) throw new Error('no design');
  const kindYaml = (mirrors: Readonly<Record<string, string[]>> | undefined): string => {
    const cluster = kindClusterOf({ ...bgpRr, kind: kindSettingsOf(mirrors === undefined ? {} : { mirrors }) });
    return writeKindArtifacts(design, cluster, newestTools, undefined).get('kind.yaml') ?? '';
  };

  const text = kindYaml({ 'docker.io': ['https://mirror.example'] });

  const { nodes, containerdConfigPatches } = parse(text) as {
    readonly nodes: readonly { readonly extraMounts?: unknown }[];
    readonly containerdConfigPatches?: readonly string[];
  };
  expect(text).not.toMatch(/[&*]a1/);

  const mount = { hostPath: './certs.d', containerPath: '/etc/containerd/certs.d', readOnly: true };
  expect(nodes.map(({ extraMounts }) => extraMounts)).toEqual(nodes.map(() => [mount]));
  expect(containerdConfigPatches?.[0]).toContain('config_path = "/etc/containerd/certs.d"');
  expect(kindYaml(undefined)).not.toContain('containerd');
});
