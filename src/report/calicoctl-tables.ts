// Owns what `calicoctl get` prints for each kind: its columns, narrow and wide (calico.md F.2, recorded outputs).

import { widthOf } from '../base/address.ts';
import type { Design } from '../design/design.ts';
import { tabwriterTable } from './text-table.ts';

type CalicoObject = Design['objects'][number];
type ObjectOf<K extends CalicoObject['kind']> = Extract<CalicoObject, { kind: K }>;

/** Calico's default AS number, shown in parentheses for a node that inherits it (calico.md A.3). */
const defaultAsNumber = 64512;

/** What one table needs beside the objects: how wide, which release's columns, which AS nodes inherit. */
export interface TableOptions {
  readonly wide: boolean;
  /** Minor number of the Calico release. */
  readonly minor: number;
  /** Shown in a NAMESPACE column first (`-A`, `-n`). */
  readonly namespaces: boolean;
}

/** A pod's WorkloadEndpoint as the datastore would list it. */
export interface WorkloadEndpoint {
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  readonly node: string;
  readonly networks: readonly string[];
  readonly interface: string;
  readonly profiles: readonly string[];
}

/** Endpoints of all pods of a design, in the order in which the datastore lists them: by namespace, then by pod. */
export function workloadEndpointsOf(design: Pick<Design, 'pods'>): readonly WorkloadEndpoint[] {
  const endpoints = design.pods.map((pod) => ({
    name: `${doubled(pod.node)}-k8s-${doubled(pod.name)}-eth0`,
    namespace: pod.namespace,
    workload: pod.name,
    node: pod.node,
    networks: pod.addresses.map(({ family, address }) => `${address}/${widthOf(family)}`),
    interface: pod.interface,
    profiles: [`kns.${pod.namespace}`, `ksa.${pod.namespace}.default`],
  }));
  return endpoints.toSorted((a, b) => order(a.namespace, b.namespace) || order(a.workload, b.workload));
}

/** The table of `calicoctl get workloadendpoint`, with the empty line calicoctl ends it with. */
export function endpointTable(endpoints: readonly WorkloadEndpoint[], options: TableOptions): string {
  const columns: Column<WorkloadEndpoint>[] = [
    ...(options.namespaces ? [column<WorkloadEndpoint>('NAMESPACE', (row) => row.namespace)] : []),
    ...(options.wide ? [column<WorkloadEndpoint>('NAME', (row) => row.name)] : []),
    column('WORKLOAD', (row) => row.workload),
    column('NODE', (row) => row.node),
    column('NETWORKS', (row) => row.networks.join(',')),
    column('INTERFACE', (row) => row.interface),
    ...(options.wide
      ? [
          column<WorkloadEndpoint>('PROFILES', (row) => row.profiles.join(',')),
          column<WorkloadEndpoint>('NATS', () => ''),
        ]
      : []),
  ];
  return draw(columns, endpoints);
}

/** The table of `calicoctl get <kind>` for objects of that one kind, with the empty line calicoctl ends it with. */
export function objectTable(
  kind: CalicoObject['kind'],
  objects: readonly CalicoObject[],
  all: readonly CalicoObject[],
  options: TableOptions,
): string {
  const rows = objects.toSorted((a, b) => order(a.metadata.name, b.metadata.name));
  const of = <K extends CalicoObject['kind']>(wanted: K) =>
    rows.filter((row): row is ObjectOf<K> => row.kind === wanted);
  switch (kind) {
    case 'IPPool':
      return draw(poolColumns(options), of('IPPool'));
    case 'BGPPeer':
      return draw(peerColumns, of('BGPPeer'));
    case 'BGPConfiguration':
      return draw(configurationColumns, of('BGPConfiguration'));
    case 'BGPFilter':
      return draw(filterColumns, of('BGPFilter'));
    case 'FelixConfiguration':
      return draw(felixColumns, of('FelixConfiguration'));
    case 'Node':
      return draw(nodeColumns(options, globalAs(all)), of('Node'));
  }
}

interface Column<T> {
  readonly heading: string;
  readonly cell: (row: T) => string;
}

function column<T>(heading: string, cell: (row: T) => string): Column<T> {
  return { heading, cell };
}

function draw<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const headings = columns.map(({ heading }) => heading);
  return `${tabwriterTable(
    headings,
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  )}\n`;
}

function poolColumns({ wide, minor }: TableOptions): readonly Column<ObjectOf<'IPPool'>>[] {
  const selector = column<ObjectOf<'IPPool'>>('SELECTOR', ({ spec }) => spec.nodeSelector ?? 'all()');
  const name = column<ObjectOf<'IPPool'>>('NAME', ({ metadata }) => metadata.name);
  const cidr = column<ObjectOf<'IPPool'>>('CIDR', ({ spec }) => spec.cidr);
  if (!wide) return [name, cidr, selector];
  return [
    name,
    cidr,
    column('NAT', ({ spec }) => String(spec.natOutgoing ?? false)),
    column('IPIPMODE', ({ spec }) => spec.ipipMode ?? 'Never'),
    column('VXLANMODE', ({ spec }) => spec.vxlanMode ?? 'Never'),
    column('DISABLED', ({ spec }) => String(spec.disabled ?? false)),
    column('DISABLEBGPEXPORT', ({ spec }) => String(spec.disableBGPExport ?? false)),
    selector,
    ...(minor >= 30
      ? [column<ObjectOf<'IPPool'>>('ASSIGNMENTMODE', ({ spec }) => spec.assignmentMode ?? 'Automatic')]
      : []),
  ];
}

const peerColumns: readonly Column<ObjectOf<'BGPPeer'>>[] = [
  column('NAME', ({ metadata }) => metadata.name),
  column('PEERIP', ({ spec }) => spec.peerIP ?? ''),
  column('NODE', ({ spec }) => spec.node || spec.nodeSelector || '(global)'),
  column('ASN', ({ spec }) => String(spec.asNumber ?? 0)),
];

const configurationColumns: readonly Column<ObjectOf<'BGPConfiguration'>>[] = [
  column('NAME', ({ metadata }) => metadata.name),
  column('LOGSEVERITY', ({ spec }) => spec.logSeverityScreen ?? 'Info'),
  column('MESHENABLED', ({ spec }) => String(spec.nodeToNodeMeshEnabled ?? '-')),
  column('ASNUMBER', ({ spec }) => String(spec.asNumber ?? '-')),
];

const filterColumns: readonly Column<ObjectOf<'BGPFilter'>>[] = [
  column('NAME', ({ metadata }) => metadata.name),
  column('NUMEXPORTV4', ({ spec }) => String(spec.exportV4?.length ?? 0)),
  column('NUMIMPORTV4', ({ spec }) => String(spec.importV4?.length ?? 0)),
  column('NUMEXPORTV6', ({ spec }) => String(spec.exportV6?.length ?? 0)),
  column('NUMIMPORTV6', ({ spec }) => String(spec.importV6?.length ?? 0)),
];

const felixColumns: readonly Column<ObjectOf<'FelixConfiguration'>>[] = [
  column('NAME', ({ metadata }) => metadata.name),
];

function nodeColumns({ wide }: TableOptions, inherited: string): readonly Column<ObjectOf<'Node'>>[] {
  const name = column<ObjectOf<'Node'>>('NAME', ({ metadata }) => metadata.name);
  if (!wide) return [name];
  return [
    name,
    column('ASN', ({ spec }) => (spec.bgp?.asNumber === undefined ? `(${inherited})` : String(spec.bgp.asNumber))),
    column('IPV4', ({ spec }) => spec.bgp?.ipv4Address ?? ''),
    column('IPV6', ({ spec }) => spec.bgp?.ipv6Address ?? ''),
  ];
}

function globalAs(objects: readonly CalicoObject[]): string {
  for (const object of objects) {
    if (object.kind !== 'BGPConfiguration' || object.metadata.name !== 'default') continue;
    return String(object.spec.asNumber ?? defaultAsNumber);
  }
  return String(defaultAsNumber);
}

function doubled(name: string): string {
  return name.replaceAll('-', '--');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
