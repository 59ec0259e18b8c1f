// Owns the shape of lab and topology files: keys, types and patterns, and the JSON Schema that editors read.

import * as z from 'zod';
import { kindSchema } from './kind-settings.ts';
import { routerFilters } from './lab.ts';
import { interfaceName, labName, machineName, podName, variantName } from './names.ts';
import { netemSchema } from './netem.ts';
import { calicoSchema } from './schema-calico.ts';
import { expectationSchema } from './schema-expect.ts';
import { hostSchema, serviceSchema } from './schema-services.ts';
import { address, asNumber, line, maxNodes, mtu, reference, text } from './schema-words.ts';

// Each schema is used once in a process: compiling it to code first would take longer than the check.
z.config({ jitless: true });

/** Most router-to-router links of one lab (faults.md S28). */
export const maxLinks = 4096;

const serviceName = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
const dottedPrefix = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\/\d{1,2}$/;
const hexPrefix = /^[0-9a-fA-F:]{2,39}\/\d{1,3}$/;
const dottedMaybePrefix = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(\/\d{1,2})?$/;
const endpointPattern = new RegExp(`${machineName.source.slice(0, -1)}:${interfaceName.source.slice(1)}`);
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

const shortName =
  'is not a name: lower-case letters, digits and dashes, beginning with a letter, at most 15 characters';
const name = z.string().regex(machineName, shortName);
const prefix = z.string().regex(dottedPrefix, 'is not an IPv4 prefix such as 10.1.10.0/24');
const prefix6 = z.string().regex(hexPrefix, 'is not an IPv6 prefix such as fd00:10:1:10::/64');
const endpoint = z.string().regex(endpointPattern, 'is not a port such as leaf0:eth1');

const router = z.strictObject({
  as: asNumber.optional().describe('AS number, 1 to 4294967295. Several routers may share one.'),
  vyos: reference
    .optional()
    .describe('A VyOS configuration beside the topology, such as leaf0.boot: it says all that the other keys would.'),
  'router-id': address.optional().describe('BGP identifier; otherwise the highest address, as FRR takes it.'),
  filter: z
    .array(z.enum(routerFilters))
    .min(1)
    .optional()
    .describe(
      "What the router drops, of its own and of what passes, in nft's words; `frag-needed`: the ICMP message without which a sender never learns the MTU of a path (RFC 1191), and packet-too-big of ICMPv6.",
    ),
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
  mtu: z
    .union([mtu, z.tuple([mtu, mtu])], { error: 'must be an MTU, or one for each endpoint' })
    .optional()
    .describe('One for both endpoints, or one for each: what the far end cannot take is lost without a word.'),
  netem: netemSchema
    .optional()
    .describe("What each endpoint does to the packets it sends; one for both, or one for each. containerlab's words."),
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
      timers: z
        .strictObject({ keepalive: z.int().min(1).max(21845), hold: z.int().min(3).max(65535) })
        .optional()
        .describe('Seconds (RFC 4271 section 4.2); FRR has 60 and 180. A session takes the shorter hold of its ends.'),
      bfd: z
        .strictObject({ interval: z.int().min(50).max(60000), multiplier: z.int().min(2).max(255) })
        .optional()
        .describe('Between routers (RFC 5880): milliseconds between packets, and how many may be missed.'),
    })
    .optional(),
});

const node = z.strictObject({
  role: z.enum(['control-plane', 'worker']),
  rack: z
    .union([reference, z.array(reference).min(1).max(2)], { error: 'must be the name of a rack, or names of two' })
    .optional()
    .describe('A list of two: an uplink to each leaf (dual ToR), and the address of the node on its loopback.'),
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
  serviceSubnet: prefix.optional().describe('Default 10.96.0.0/16.'),
  network: z
    .strictObject({
      prefix: prefix.optional(),
      gateway: address.optional(),
      prefix6: prefix6.optional().describe('IPv6 of the same network; default fc00:f853:ccd:e793::/64.'),
      outside: prefix.optional().describe('The network behind the eth0 of all routers; default 172.20.20.0/24.'),
    })
    .optional()
    .describe(
      'The flat network that Docker gives every node; default 172.18.0.0/16 with its first address as gateway. On kind others are taken where these are in use.',
    ),
  loopbacks: prefix
    .optional()
    .describe('Addresses of nodes that stand in two racks, from the tenth on; each is a /32 on `lo`.'),
  nodes: z.array(node).min(1).max(maxNodes).describe("kind's node list; kind's names follow from it."),
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

const parts = {
  name: z.string().regex(labName, 'is not a lab name: lower-case letters, digits and dashes, at most 40 characters'),
  title: text.describe('One sentence: what the lab shows.'),
  kernel: z
    .enum(['host', 'uml'])
    .optional()
    .describe('`uml`: the kernel of User-Mode Linux, as --kernel uml; the lab ends with its test. Default host.'),
  cluster,
  calico: calicoSchema.optional(),
  pods: z
    .record(z.string().regex(podName, 'is not a pod name'), reference)
    .optional()
    .describe('Pod name: node. Left out: pod-a on the control plane, pod-b on the last node, others between.'),
  hosts: z.record(name, hostSchema).optional().describe('Machines outside of the cluster, each on a router port.'),
  services: z.record(z.string().regex(serviceName, 'is not a service name'), serviceSchema).optional(),
  engines: z
    .strictObject({ kind: kindSchema.optional().describe('The lab on real kind and containerlab.') })
    .optional()
    .describe('What only one engine needs to know.'),
  expect: z.array(expectationSchema).max(4096).optional().describe('What must be true; `labctl verify` checks it.'),
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
  if (current instanceof z.ZodUnion)
    current = current.options.find((option) => option instanceof z.ZodObject) as z.ZodType;
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function childSchema(schema: z.ZodType | undefined, key: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.ZodType>)[String(key)];
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(key)] as z.ZodType | undefined;
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as readonly z.ZodType[];
    return options.map((option) => childSchema(option, key)).find((child) => child !== undefined);
  }
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}

/** The JSON Schema of lab files, or of topology files. */
export function jsonSchemaOf(what: 'lab' | 'topology'): object {
  const schema = what === 'lab' ? labFileSchema : topologySchema;
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' });
}
