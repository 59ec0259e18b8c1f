// Owns reading the folder of a real cluster: what is missing or empty is noted, what cannot be read is named, nothing throws.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { objectsInDocument, objectYamlOptions } from '../../../src/calico/object-text.ts';
import type { CalicoObject } from '../../../src/calico/objects.ts';
import { validateObject } from '../../../src/calico/validate.ts';
import { type LabDump, type MachineDump, parseProbe } from './dump.ts';
import { frrSummary, frrTable } from './frr-forms.ts';

/** A Service or its Endpoints as Kubernetes has them, the parts that matter. */
export interface KubernetesService {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly externalIPs?: readonly string[];
    readonly externalTrafficPolicy?: string;
    readonly ports?: readonly { readonly port?: number; readonly nodePort?: number }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly nodeName?: string; readonly targetRef?: { readonly name?: string } }[];
  }[];
}

/** The state of a real cluster, and how much of it there is. */
export interface Truth extends LabDump {
  /** What calicoctl showed; empty: nobody asked. */
  readonly objects: readonly CalicoObject[];
  readonly services: readonly KubernetesService[];
  /** `show running-config` by router. */
  readonly configurations: ReadonlyMap<string, string>;
  /** The name before `-control-plane`; blocks follow from it. Undefined: the folder does not say. */
  readonly cluster: string | undefined;
  /** `worker/sysctl.txt` for a file that is missing or empty: its facts are compared on neither side. */
  readonly missing: readonly string[];
  /** `leaf0/bgp-ipv4.json: why` for a file that is not what its name says: a failure. */
  readonly unreadable: readonly string[];
}

type Kind = MachineDump['kind'];
type Part = Exclude<keyof MachineDump, 'kind'>;

const files: Readonly<Record<Kind, Partial<Record<Part, string>>>> = {
  node: {
    routes: 'route.json',
    addresses: 'addr.json',
    sysctls: 'sysctl.txt',
    protocols: 'bird-protocols.txt',
  },
  router: {
    routes: 'kernel-route.json',
    addresses: 'addr.json',
    sysctls: 'sysctl.txt',
    summary: 'bgp-summary.json',
    table: 'bgp-ipv4.json',
    table6: 'bgp-ipv6.json',
  },
  pod: { routes: 'route.json', addresses: 'addr.json' },
};
const checks: Partial<Record<Part, (text: string) => void>> = {
  routes: (text) => listWith(text, 'dst'),
  addresses: (text) => listWith(text, 'ifname', 'addr_info'),
  summary: (text) => frrSummary(text),
  table: frrTable,
  table6: frrTable,
};

/** Reads the state of a real cluster. */
export function readTruth(folder: string): Truth {
  const missing: string[] = [];
  const unreadable: string[] = [];
  const read = (path: string, check?: (text: string) => void): string => {
    const text = existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : '';
    if (text.trim() === '') return '';
    try {
      check?.(text);
      return text;
    } catch (error) {
      unreadable.push(`${path}: ${(error as Error).message}`);
      return '';
    }
  };
  const cluster = /\b([a-z0-9.-]+)-control-plane\b/.exec(
    read('kubectl.txt') || /name: \S+-control-plane$/m.exec(read('objects.yaml'))?.[0] || '',
  )?.[1];
  const machines = new Map<string, MachineDump>();
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const kind = kindOf(name, readdirSync(join(folder, name)));
    if (kind === undefined) continue;
    const part = (key: Part): string => {
      const file = files[kind][key];
      if (file === undefined) return '';
      const before = unreadable.length;
      const text = read(`${name}/${file}`, checks[key]);
      // Only a dual-stack cluster's routers have a table of IPv6.
      if (text === '' && unreadable.length === before && key !== 'table6') missing.push(`${name}/${file}`);
      return text;
    };
    const short = cluster !== undefined && name.startsWith(`${cluster}-`) ? name.slice(cluster.length + 1) : name;
    const summary = part('summary');
    machines.set(short, {
      kind,
      routes: part('routes'),
      addresses: part('addresses'),
      neighbors: ofVxlan(read(`${name}/neigh.json`, (text) => listWith(text, 'dev'))),
      forwarding: ofVxlan(read(`${name}/fdb.json`, (text) => listWith(text, 'ifname'))),
      sysctls: part('sysctls'),
      protocols: both(part('protocols'), read(`${name}/bird6-protocols.txt`)),
      summary,
      table: part('table'),
      // `show bgp summary json` nests both families.
      summary6: summary.includes('"ipv6Unicast"') ? summary : read(`${name}/bgp-summary6.json`, frrSummary),
      table6: part('table6'),
    });
  }
  const probes = new Map<string, string>();
  for (const file of existsSync(join(folder, 'probes')) ? readdirSync(join(folder, 'probes')) : []) {
    const name = file.replace(/\.txt$/, '');
    const text = read(`probes/${file}`);
    if (text === '' || parseProbe(name) === undefined) missing.push(`probes/${file}`);
    else probes.set(name, text);
  }
  const version = { text: 'v3.33', minor: 33 };
  const objects = rawObjects(read('objects.yaml')).flatMap((raw) => validateObject(raw, version).readable ?? []);
  const services = rawObjects(read('services.yaml')) as readonly KubernetesService[];
  const configurations = new Map([...machines.keys()].map((name) => [name, read(`${name}/running-config.txt`)]));
  return { cluster, missing, unreadable, machines, probes, objects, services, configurations };
}

function rawObjects(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text, objectYamlOptions);
  return Array.isArray(documents) ? documents.flatMap((document) => objectsInDocument(document.toJS())) : [];
}

/** The text where it has a VXLAN device: whom else a machine knows changes from minute to minute. */
function ofVxlan(text: string): string {
  return text.includes('"vxlan') ? text : '';
}

/** One command asks a lab's daemons of both families: without the first, the second stands against nothing. */
function both(bird: string, bird6: string): string {
  return bird === '' ? '' : bird + bird6;
}

/** What a folder is the state of, by what it has, else by its name; undefined: of no machine. */
function kindOf(name: string, entries: readonly string[]): Kind | undefined {
  const has = (pattern: RegExp): boolean => entries.some((entry) => pattern.test(entry));
  if (has(/^(?:bgp-.*|kernel-route|running-config)\./)) return 'router';
  if (has(/^bird6?-/) || /(?:^|-)(?:control-plane|worker)\d*$/.test(name)) return 'node';
  return has(/^(?:addr|route)\.json$/) ? 'pod' : undefined;
}

function listWith(text: string, ...keys: readonly string[]): void {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('a list is expected');
  // `ip -j` prints an empty object for what a filter leaves out.
  for (const entry of list) for (const key of keys) if (!(key in entry)) throw new Error(`an entry has no "${key}"`);
}
