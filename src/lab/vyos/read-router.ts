// Owns the reading of a router's VyOS configuration: text to a VyosRouter, with all that is wrong with it or left aside.

import type { Problem } from '../../base/place.ts';
import type { Source } from '../tree.ts';
import { readBgp } from './bgp.ts';
import { readInterfaces } from './interfaces.ts';
import { readNat } from './nat.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt, vyosProblem } from './node.ts';
import { policyLines } from './policy.ts';
import { readVyosConfig } from './read-config.ts';
import type { Mark, VyosRouter } from './router.ts';
import { bfd, ospf, staticRoutes } from './routing.ts';
import { Findings, translate, vocabularyOf } from './vocabulary.ts';

/** A router, what is wrong with its file (errors and warnings), and what of it no packet depends on. */
export interface ReadRouter {
  readonly router: VyosRouter;
  readonly problems: readonly Problem[];
  /** Left aside: one warning a part, for those who want to see each. */
  readonly notes: readonly Problem[];
}

const protocols = ['bgp', 'static', 'ospf', 'bfd'];

/** Parts of `system` and `service` that change no packet of others. */
const silentSystem =
  /^(config-management|conntrack|console|domain-|host-name|ip$|ipv6$|login|name-server|ntp|option|syslog|time-zone|update-check|task-scheduler|acceleration|watchdog|logs|static-host-mapping|sflow|flow-accounting|proxy|frr)/;
const silentService =
  /^(ssh|https|ntp|snmp|lldp|monitoring|console-server|config-sync|event-handler|salt-minion|dns|dhcp-server|dhcpv6-server|tftp-server|mdns|broadcast-relay)$/;

/** Reads a file. Never throws. */
export function readVyosRouter(source: Source): ReadRouter {
  const { config, problems } = readVyosConfig(source);
  const { roots } = config;
  const findings = new Findings(source);
  readRest(roots, findings);
  const bgp = readBgp(roots, findings);
  const hasBfd = bgp?.frr.some((line) => / bfd( |$)/.test(line)) ?? false;
  const parts = [staticRoutes(roots, findings), ospf(roots, findings), bfd(roots, hasBfd, findings)];
  const router: VyosRouter = {
    file: source.file,
    text: source.text,
    release: config.release,
    hostName: valueAt(roots, 'system', 'host-name'),
    interfaces: readInterfaces(roots, findings),
    bgp: bgp?.bgp,
    nat: readNat(roots, findings),
    frr: [...policyLines(roots, findings), ...parts.flatMap(({ frr }) => frr), ...(bgp?.frr ?? [])],
    marks: marksOf(roots),
    daemons: parts.flatMap(({ daemons }) => daemons),
    beyond: [...findings.beyond].toSorted(),
  };
  if (roots.length === 0 && problems.length === 0) {
    findings.add({ start: 0, end: 1 }, 'VYOS_SYNTAX', 'the file has no configuration', 'interfaces { … }');
  }
  const notes = findings.notes.map(({ what, start, end }) =>
    vyosProblem(source, { start, end }, 'VYOS_LEFT_ASIDE', `\`${what}\` is left aside`, { severity: 'warning' }),
  );
  return { router, problems: [...problems, ...findings.problems], notes };
}

function marksOf(roots: readonly VyosNode[]): VyosRouter['marks'] {
  const bgp = nodeAt(roots, 'protocols', 'bgp');
  const inside = bgp?.children.find(({ word }) => /^\d+$/.test(word)) ?? bgp;
  const nodes = inside?.children ?? [];
  const all = (list: readonly VyosNode[]) => Object.fromEntries(list.map((node) => [node.word, markOf(node)]));
  return {
    asNumber: markOf(nodesAt(nodes, 'system-as')[0] ?? inside),
    routerId: markOf(nodesAt(nodes, 'parameters', 'router-id')[0] ?? inside),
    networks: all(nodesAt(nodes, 'address-family', 'ipv4-unicast', 'network')),
    neighbors: all(nodesAt(nodes, 'neighbor')),
    interfaces: all(nodesAt(roots, 'interfaces').flatMap(({ children }) => children)),
  };
}

function markOf(node: VyosNode | undefined): Mark {
  return [node?.start ?? 0, node?.end ?? 1];
}

/** `system ip` and `system ipv6`. Routers of this engine hash ECMP over ports (layer 4) as containers of FRR do. */
const kernelWords = vocabularyOf([
  ['multipath layer4-hashing'],
  { path: 'arp', isNote: true },
  { path: 'neighbor', isNote: true },
  { path: 'tcp', isNote: true },
]);

/** Everything that is in no part of its own: login and the like are notes, the rest is not understood. */
function readRest(roots: readonly VyosNode[], findings: Findings): void {
  translate(nodesAt(roots, 'system', 'ip'), kernelWords, ['system', 'ip'], findings);
  translate(nodesAt(roots, 'system', 'ipv6'), kernelWords, ['system', 'ipv6'], findings);
  for (const root of roots) {
    const known = { interfaces: /./, nat: /./, policy: /./, protocols: new RegExp(`^(${protocols.join('|')})$`) }[
      root.word
    ];
    const silent = { system: silentSystem, service: silentService, container: /./ }[root.word];
    if (known === undefined && silent === undefined) {
      findings.unknown(root, []);
      continue;
    }
    for (const node of root.children) {
      if (silent?.test(node.word) === true) {
        if (!['host-name', 'ip', 'ipv6'].includes(node.word)) findings.note(node, [root.word]);
      } else if (known?.test(node.word) !== true) {
        findings.unknown(node, [root.word]);
      }
    }
  }
  for (const node of nodesAt(roots, 'system', 'conntrack', 'timeout'))
    findings.note(node, ['system', 'conntrack', 'timeout']);
}
