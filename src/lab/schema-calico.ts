// Owns the shape of `calico:` in a lab file, and the words of Calico's own in it.

import * as z from 'zod';
import { advertiseSchema } from './schema-services.ts';
import { address, asNumber, maxNodes, reference, text } from './schema-words.ts';

/** What calico-node makes of other backends (calico.md A.8, H). */
function backendProblem(input: unknown): string {
  if (input !== 'none') return 'is neither bird nor vxlan; calico-node takes any such word for bird';
  return 'runs neither BIRD nor VXLAN: no node would learn where the pods of the others are';
}

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
  bfd: z.unknown().optional().describe('Refused: BIRD of Calico nodes has no BFD.'),
});

/** How a Calico release is written: `v3.33`, `v3.23.2`. */
export const calicoVersionPattern = /^v3\.(2[3-9]|3[0-3])(\.(0|[1-9]\d{0,2}))?$/;

const encapsulations = ['None', 'IPIP', 'IPIPCrossSubnet', 'VXLAN', 'VXLANCrossSubnet'] as const;

/** Calico's part of a lab. */
export const calicoSchema = z.strictObject({
  version: z
    .string()
    .regex(calicoVersionPattern, 'is not a Calico release from v3.23 to v3.33')
    .optional()
    .describe('Default v3.33.'),
  backend: z
    .union([z.literal('bird'), z.literal('vxlan')], { error: ({ input }) => backendProblem(input) })
    .optional()
    .describe("calico-node's CALICO_NETWORKING_BACKEND; `vxlan`: no BIRD, no BGP. Default bird."),
  encapsulation: z.enum(encapsulations).optional(),
  switchedFrom: z
    .enum(encapsulations)
    .optional()
    .describe('The encapsulation when the pods were made; it was changed to `encapsulation` on the live cluster.'),
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
  advertise: advertiseSchema.optional().describe('Service ranges that nodes announce.'),
  autodetection: text
    .optional()
    .describe(
      "calico-node's IP_AUTODETECTION_METHOD: first-found (default), can-reach=, interface=, skip-interface=, cidr=, kubernetes-internal-ip.",
    ),
  autodetection6: text
    .optional()
    .describe('IP6_AUTODETECTION_METHOD, the same for the IPv6 address of a dual-stack cluster.'),
  ipam: z
    .strictObject({
      strictAffinity: z
        .boolean()
        .optional()
        .describe("No address is borrowed from another node's block. Default false."),
      maxBlocksPerHost: z.int().min(0).max(4096).optional().describe('0 is 20, the default.'),
    })
    .optional()
    .describe("Calico's IPAM configuration (calicoctl ipam configure)."),
  typha: z.boolean().optional().describe('Typha fans the datastore out; no route or packet of a lab changes.'),
  routerID: z
    .union([z.literal('hash'), address], { error: 'must be `hash` or an IPv4 address' })
    .optional()
    .describe("calico-node's CALICO_ROUTER_ID, the same on every node; default: the node's IPv4 address."),
  secrets: z
    .record(reference, z.record(z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'is no key of a Secret'), text))
    .optional()
    .describe(
      'Passwords that `secretKeyRef` names: Secret, key, and a file of mode 0600 beside the lab file that holds it.',
    ),
  resources: z
    .array(z.record(z.string(), z.unknown()))
    .max(maxNodes)
    .optional()
    .describe('projectcalico.org/v3 objects; they win over derived ones.'),
});
