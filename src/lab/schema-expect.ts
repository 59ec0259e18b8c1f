// Owns the shape of one `expect:` line: the observables and what can be stated of each.

import * as z from 'zod';
import { timeSchema } from './netem.ts';
import { asNumber, maxNodes, mtu, reference } from './schema-words.ts';

const family = z
  .union([z.literal(4), z.literal(6)], { error: 'must be 4 or 6' })
  .optional()
  .describe('IPv4 or IPv6, where the names in this line have both.');

/** One line of `expect:`; that it is exactly one observable is checked where names are known. */
export const expectationSchema = z.strictObject({
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
  rib: z
    .strictObject({
      on: reference,
      to: reference.describe('A prefix, `<pod>.block` or `<node>.block`.'),
      from: reference.optional().describe('The neighbor it came from: a machine or an address.'),
      'next-hop': reference.optional(),
      'as-path': z.array(asNumber).max(64).optional().describe('All of it; [] inside the AS.'),
      'local-pref': z.int().min(0).max(4294967295).optional(),
      originator: reference.optional().describe('ORIGINATOR_ID (RFC 4456): a router id, or the machine that has it.'),
      'cluster-list': z
        .array(reference)
        .max(64)
        .optional()
        .describe('CLUSTER_LIST (RFC 4456), the last reflector first.'),
      communities: z
        .array(z.string().regex(/^\d{1,10}(:\d{1,10}){1,2}$/, 'is not a community such as 65001:10 or 65001:10:20'))
        .max(64)
        .optional()
        .describe('All of them, large ones too (RFC 1997, RFC 8092); [] none.'),
    })
    .optional()
    .describe('A BGP table has a path with these attributes.'),
  neighbor: z
    .strictObject({
      on: reference.describe('A router.'),
      to: reference.describe('A router or node that it has a session with, or an address.'),
      hold: z.int().min(3).max(65535).optional().describe('The negotiated hold time in seconds.'),
      bfd: z.boolean().optional().describe('BFD watches the neighbor and is up; false: BFD does not.'),
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
      'min-rtt': timeSchema.optional().describe('No answer comes sooner than this, such as 40ms.'),
      count: z.int().min(2).max(1000).optional().describe('So many echo requests, 10 ms apart; default 1.'),
      lost: z
        .tuple([z.int().min(0).max(1000), z.int().min(0).max(1000)])
        .optional()
        .describe('How many of `count` get no answer: at least, at most.'),
      family,
    })
    .optional(),
  packet: z
    .strictObject({
      from: reference.describe('A pod, node or router.'),
      to: reference.describe('A pod, node or router.'),
      size: z.int().min(68).max(65535).describe('Bytes of the whole IP packet; it must not be fragmented (DF).'),
      passes: z.boolean().optional().describe('Default true.'),
      icmp: z.boolean().optional().describe('"Fragmentation needed" comes back (RFC 1191); false: nothing does.'),
      at: reference.optional().describe('The last machine, or port such as spine0:eth2, that saw the packet.'),
    })
    .optional(),
  request: z
    .strictObject({
      from: reference.describe('A host, pod, node or router.'),
      service: reference,
      by: z.enum(['cluster-ip', 'external-ip', 'load-balancer-ip', 'node-port']).describe('Which of its addresses.'),
      node: reference.optional().describe('Whose node port.'),
      pods: z.array(reference).max(64).describe('Exactly these answer, each at least once; []: no answer at all.'),
      source: z.enum(['kept', 'translated']).optional().describe("Whether pods see the sender's own address."),
    })
    .optional(),
  failover: z
    .strictObject({
      fail: z
        .string()
        .regex(/^(link|node|daemon) [\w.:/-]+$/, 'is not what labctl fail takes, such as link leaf0:spine0')
        .describe(
          'What is broken, as `labctl fail` takes it: `link leaf0:spine0`, `node spine0`, `daemon leaf0/bgpd`.',
        ),
      from: reference.describe('A pod.'),
      to: reference.describe('A pod.'),
      lost: z.int().min(0).max(100_000).optional().describe('At most so many echoes, one sent every 10 ms, lost.'),
      within: timeSchema.optional().describe('Answers come again within this time.'),
    })
    .optional()
    .describe(
      'What a failure may cost. Disturbs the lab: checked by `labctl test` and `labctl verify --with-failover`.',
    ),
  path: z
    .strictObject({
      from: reference,
      to: reference,
      hops: z
        .array(reference)
        .min(1)
        .max(64)
        .describe('Machines in order; `spine*` is any whose name begins so, `*` a hop that traceroute shows silent.'),
      encap: z.enum(['none', 'ipip', 'vxlan']).optional(),
      ttl: z.int().min(1).max(255).optional(),
      family,
    })
    .optional(),
});
