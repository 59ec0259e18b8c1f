// Owns the golden labs: which they are, and every byte that follows from their lab files.

import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Artifacts } from '../../src/artifact/artifacts.ts';
import { newestTools } from '../../src/artifact/kind-tools.ts';
import { writeArtifacts } from '../../src/artifact/write-artifacts.ts';
import { writeKindArtifacts } from '../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../src/design/design-lab.ts';
import { kindClusterOf } from '../../src/design/kind-cluster.ts';
import { kindSettingsOf } from '../../src/lab/kind-settings.ts';
import { readLab } from '../../src/lab/load.ts';

/** The labs whose design and files are kept in test/golden. */
export const goldenLabs = [
  'bgp-rr',
  'bgp-rr:article',
  'bgp-rr-node:two',
  'bgp-services',
  'bgp-tor',
  'bgp-tor:one-as',
  'clos',
  'clos:dual-tor',
  'dualstack',
  'dualstack:fabric',
  'dualstack:vxlan',
  'fullmesh',
  'fullmesh-routed:advertised',
  'impaired',
  'ipip',
  'ipip:bird',
  'mtu-blackhole:silent',
  'vxlan',
  'vxlan-crosssubnet',
] as const;

/** Where the goldens are kept, from the repository's root. */
export const goldenFolder = 'test/golden';

/** The folder of one lab: `bgp-rr`, `bgp-rr.article`. */
export function goldenFolderOf(reference: string): string {
  return join(goldenFolder, reference.replace(':', '.'));
}

/** Relative file name to text: `design.yml`, and the lab's files under `files/` (netns) and `kind/`; one also with VyOS. */
export async function goldenFilesOf(reference: string, root: string): Promise<ReadonlyMap<string, string>> {
  const { lab } = await readLab(reference, {
    labsDir: join(root, 'labs'),
    topologiesDir: join(root, 'topologies'),
    cwd: root,
  });
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(`${reference}: ${JSON.stringify(problems)}`);
  const below = (folder: string, artifacts: Artifacts): readonly [string, string][] =>
    [...artifacts].map(([name, text]) => [join(folder, name), text]);
  const files = below('files', writeArtifacts(design));
  const kind = below('kind', writeKindArtifacts(design, kindClusterOf(lab), newestTools, undefined));
  const onVyos = reference === 'bgp-rr' ? { ...lab, kind: kindSettingsOf({ routers: 'vyos' }) } : undefined;
  const vyos =
    onVyos === undefined
      ? []
      : below('kind-vyos', writeKindArtifacts(design, kindClusterOf(onVyos), newestTools, undefined));
  return new Map([
    ['design.yml', stringify(design, { lineWidth: 0, aliasDuplicateObjects: false })],
    ...files,
    ...kind,
    ...vyos,
  ]);
}
