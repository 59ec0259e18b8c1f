// Owns the shape of lab and topology files: keys, types and patterns, and the JSON Schema that editors read.

import * as z from 'zod';
import { interfaceName, labName, machineName, podName, variantName } from './names.ts';

// Each schema is used once in a process: compiling it to code first would take longer than the check.
z.config({ jitless: true });

/** Most nodes of one lab (faults.md S28). */
export const maxNodes = 1024;

/** Most router-to-router links of one lab (faults.md S28). */
export const maxLinks = 4096;

const line = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/;
const dotted = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const dottedPrefix = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\/\d{1,2}$/;
const hexPrefix = /^[0-9a-fA-F:]{2,39}\/\d{1,3}$/;
const dottedMaybePrefix = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(\/\d{1,2})?$/;
const endpointPattern = new RegExp(`${machineName.source.slice(0, -1)}:${interfaceName.source.slice(1)}`);
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

const shortName =
  'is not a name: lower-case letters, digits and dashes, beginning with a letter, at most 15 characters';
const text = z.string().regex(line, 'must be one line of text').max(200);
const name = z.string().regex(machineName, shortName);
const reference = z.string().regex(line, 'must be a name').max(80);
const prefix = z.string().regex(dottedPrefix, 'is not an IPv4 prefix such as 10.1.10.0/24');
const prefix6 = z.string().regex(hexPrefix, 'is not an IPv6 prefix such as fd00:10:1:10::/64');
const address = z.string().regex(dotted, 'is not an IPv4 address such as 10.1.5.1');
const asNumber = z.int().min(1).max(4294967295);
const mtu = z.int().min(68).max(65535);
const endpoint = z.string().regex(endpointPattern, 'is not a port such as leaf0:eth1');

const router = z.strictObject({
  as: asNumber.optional().describe('AS number, 1 to 4294967295. Several routers may share one.'),
  vyos: reference
    .optional()
    .describe('A VyOS configuration beside the topology, such as leaf0.boot: it says all that the other keys would.'),
  'router-id': address.optional().describe('BGP identifier; otherwise the highest address, as FRR takes it.'),
  config: z
    .array(z.string().regex(line, 'must be one line').max(400))
    .max(200)
    .optional()
    .describe("Raw lines for the router's own dialect, appended to its configuration."),
});

const link = z.strictObject({
  endpoints: z
    .tuple([endpoint, endpoint])
    .describe('The first gets the first address of the prefix, the second the next.'),
  prefix,
  prefix6: prefix6.optional().describe('Beside the IPv4 prefix in a dual-stack cluster; the same host numbers.'),
  mtu: mtu.optional(),
});

const rack = z.strictObject({
  leaf: endpoint.describe('The leaf port that is the gateway: first address of the prefix.'),
  prefix: prefix.describe('Nodes get addresses from the tenth on.'),
  prefix6: prefix6.optional().describe('Beside the IPv4 prefix in a dual-stack cluster; the same host numbers.'),
  mtu: mtu.optional(),
});

/** Routers, links and racks, shared by labs. */
export const topologySchema = z.strictObject({
  name: z.string().regex(labName, 'is not a topology name').optional(),
  title: text.optional(),
  mtu: mtu.optional().describe('For every link and rack that states none; default 1500.'),
  routers: z.record(name, router).describe('Routers by name.'),
  links: z.array(link).max(maxLinks).optional().describe('Router-to-router links.'),
  racks: z.record(name, rack).optional().describe('Racks by name: one switch, its leaf, its nodes.'),
  bgp: z
    .strictObject({
      networks: z
        .enum(['connected', 'none'])
        .optional()
        .describe('Announce every connected prefix (network statements).'),
      'multipath-relax': z.boolean().optional().describe('ECMP over paths of different neighbor AS.'),
    })
    .optional(),
});

const node = z.strictObject({
  role: z.enum(['control-plane', 'worker']),
  rack: reference.optional(),
  address: z.string().regex(dottedMaybePrefix, 'is not an IPv4 address such as 10.1.5.20').optional(),
  labels: z
    .record(z.string().regex(labelKey, 'is not a label key'), z.string().regex(labelValue, 'is not a label value'))
    .optional(),
  reflector: address
    .optional()
    .describe('The node is a route reflector (RFC 4456); its cluster id, such as 244.0.0.1.'),
  count: z.int().min(1).max(maxNodes).optional().describe('So many nodes like this one.'),
});

const cluster = z.strictObject({
  ipFamily: z.enum(['ipv4', 'dual']).optional().describe("kind's ipFamily; `dual`: IPv6 beside IPv4. Default ipv4."),
  podSubnet: prefix.optional().describe('Default 10.244.0.0/16.'),
  podSubnet6: prefix6.optional().describe('Of a dual-stack cluster; default fd00:10:244::/56.'),
  network: z
    .strictObject({ prefix: prefix.optional(), gateway: address.optional() })
    .optional()
    .describe(
      'The flat network that Docker gives every node; default 172.18.0.0/16 with its first address as gateway.',
    ),
  nodes: z.array(node).min(1).max(maxNodes).describe("kind's node list; kind's names follow from it."),
});

const peer = z.strictObject({
  rack: reference.optional().describe('Nodes of this rack; all nodes when left out.'),
  to: reference.describe('A router of the topology, or `reflectors`: the nodes that have `reflector`.'),
  reflector: z.boolean().optional().describe('The router treats the nodes as route reflector clients (RFC 4456).'),
  'next-hop-self': z.boolean().optional().describe('The router sets itself as next hop towards the nodes.'),
  'allow-local-as': z
    .int()
    .min(1)
    .max(255)
    .optional()
    .describe("How often the nodes' own AS may stand in a path they accept (numAllowedLocalASNumbers)."),
  filters: z.array(reference).max(64).optional().describe('Names of BGPFilters in `calico.resources`.'),
});

/** How a Calico release is written: `v3.33`, `v3.23.2`. */
export const calicoVersionPattern = /^v3\.(2[3-9]|3[0-3])(\.(0|[1-9]\d{0,2}))?$/;

const calico = z.strictObject({
  version: z
    .string()
    .regex(calicoVersionPattern, 'is not a Calico release from v3.23 to v3.33')
    .optional()
    .describe('Default v3.33.'),
  backend: z
    .enum(['bird', 'vxlan'])
    .optional()
    .describe("calico-node's CALICO_NETWORKING_BACKEND; `vxlan`: no BIRD, no BGP. Default bird."),
  encapsulation: z.enum(['None', 'IPIP', 'IPIPCrossSubnet', 'VXLAN', 'VXLANCrossSubnet']).optional(),
  blockSize: z.int().min(20).max(32).optional().describe('Default 26.'),
  natOutgoing: z.boolean().optional().describe('Default true.'),
  encapsulation6: z
    .enum(['None', 'VXLAN', 'VXLANCrossSubnet'])
    .optional()
    .describe('Of the IPv6 pool of a dual-stack cluster; default None.'),
  blockSize6: z.int().min(116).max(128).optional().describe('Default 122.'),
  natOutgoing6: z.boolean().optional().describe('Default false.'),
  nodeToNodeMesh: z.boolean().optional().describe('Default true.'),
  asNumber: asNumber.optional().describe("The cluster's AS (BGPConfiguration); default 64512."),
  nodeASNumber: z
    .union([z.literal('leaf'), asNumber, z.record(reference, asNumber)], {
      error: 'must be `leaf`, a number, or a number for each rack or node',
    })
    .optional(),
  peers: z.array(peer).max(maxNodes).optional(),
  resources: z
    .array(z.record(z.string(), z.unknown()))
    .max(maxNodes)
    .optional()
    .describe('projectcalico.org/v3 objects; they win over derived ones.'),
});

const variant = z.strictObject({
  title: text.optional(),
  remove: z
    .array(reference)
    .max(maxNodes)
    .optional()
    .describe('Routers, racks, nodes or pods; whatever hangs on them goes too.'),
  set: z.record(z.string(), z.unknown()).optional().describe('`path.to.key: value`'),
});

const family = z
  .union([z.literal(4), z.literal(6)], { error: 'must be 4 or 6' })
  .optional()
  .describe('IPv4 or IPv6, where the names in this line have both.');

const expectation = z.strictObject({
  sessions: z
    .union([z.literal('all'), z.strictObject({ on: reference, count: z.int().min(0).max(maxNodes) })], {
      error: 'must be `all`, or {on: a node or router, count: how many}',
    })
    .optional()
    .describe('Every expected BGP session is Established on both ends; or so many, and no more, on one machine.'),
  route: z
    .strictObject({
      on: reference,
      to: reference.describe('A prefix, an address, `<pod>.block`, `<pod>.address` or `<node>.block`.'),
      via: reference.optional().describe('The only next hop: a machine or an address.'),
      nexthops: z.array(reference).min(1).max(256).optional(),
      proto: z
        .string()
        .regex(/^[a-z0-9]{1,16}$/, 'is no protocol as `ip route` shows it')
        .optional(),
      dev: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,15}$/, 'is no interface name')
        .optional(),
      metric: z.int().min(0).max(4294967295).optional(),
      blackhole: z.boolean().optional(),
      family,
    })
    .optional(),
  mtu: z
    .strictObject({
      on: reference,
      interface: z.string().regex(/^[A-Za-z0-9._-]{1,15}$/, 'is no interface name'),
      value: mtu,
    })
    .optional(),
  ping: z
    .strictObject({
      from: reference,
      to: reference,
      ttl: z.int().min(1).max(255).optional(),
      answered: z.boolean().optional(),
      family,
    })
    .optional(),
  path: z
    .strictObject({
      from: reference,
      to: reference,
      hops: z.array(reference).min(1).max(64).describe('Machines in order; `spine*` is any whose name begins so.'),
      encap: z.enum(['none', 'ipip', 'vxlan']).optional(),
      ttl: z.int().min(1).max(255).optional(),
      family,
    })
    .optional(),
});

const parts = {
  name: z.string().regex(labName, 'is not a lab name: lower-case letters, digits and dashes, at most 40 characters'),
  title: text.describe('One sentence: what the lab shows.'),
  cluster,
  calico: calico.optional(),
  pods: z
    .record(z.string().regex(podName, 'is not a pod name'), reference)
    .optional()
    .describe('Pod name: node. Left out: pod-a on the control plane, pod-b on the last node, others between.'),
  expect: z.array(expectation).max(4096).optional().describe('What must be true; `labctl verify` checks it.'),
};

/** Named variants, as they stand in a file. */
export const variantsSchema = z.record(z.string().regex(variantName, 'is not a variant name'), variant);

/** A lab file as it is written: everything may come from the lab it extends. */
export const labFileSchema = z.strictObject({
  ...parts,
  name: parts.name.optional(),
  title: parts.title.optional(),
  cluster: cluster.partial().optional(),
  extends: reference.optional().describe('A lab whose keys apply where this one has none.'),
  topology: z.union([reference, topologySchema]).optional().describe('A name in topologies/, or the topology itself.'),
  variants: variantsSchema.optional(),
});

/** A lab with its base, topology and variant merged in. */
export const mergedLabSchema = z.strictObject({ ...parts, topology: topologySchema.optional() });

/** A merged lab that has the right shape; names and addresses are not checked yet. */
export type MergedLab = z.infer<typeof mergedLabSchema>;

/** A topology of the right shape. */
export type MergedTopology = z.infer<typeof topologySchema>;

/** One variant of the right shape. */
export type Variant = z.infer<typeof variant>;

/** The keys of every map in a lab, for a did-you-mean: path pattern to keys, `*` for any name or index. */
export function knownKeysAt(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let current: z.ZodType | undefined = unwrap(schema);
  for (const key of path) current = unwrap(childSchema(current, key));
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function childSchema(schema: z.ZodType | undefined, key: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.ZodType>)[String(key)];
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}

/** The JSON Schema of lab files, or of topology files. */
export function jsonSchemaOf(what: 'lab' | 'topology'): object {
  const schema = what === 'lab' ? labFileSchema : topologySchema;
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' });
}
