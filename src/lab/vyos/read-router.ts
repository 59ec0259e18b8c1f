// Owns the reading of a router's VyOS configuration: text to a VyosRouter, with all that is wrong with it or left aside.

import type { Problem } from '../../base/place.ts';
import type { Source } from '../tree.ts';
import { readBgp } from './bgp.ts';
import { checkBgp } from './bgp-checks.ts';
import { mssClamps, readFirewall } from './firewall.ts';
import { interior, interiorProtocols } from './igp.ts';
import { readInterfaces } from './interfaces.ts';
import { kernelCommands, systemWords } from './kernel.ts';
import { readNat } from './nat.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt, vyosProblem } from './node.ts';
import { policyLines } from './policy.ts';
import { readVyosConfig } from './read-config.ts';
import type { Mark, VyosRouter } from './router.ts';
import { routerAdverts } from './router-advert.ts';
import { bfd, ospf, staticRoutes } from './routing.ts';
import { Findings } from './vocabulary.ts';
import { readVrfs } from './vrf.ts';

/** A router, what is wrong with its file (errors and warnings), and what of it no packet depends on. */
export interface ReadRouter {
  readonly router: VyosRouter;
  readonly problems: readonly Problem[];
  /** Left aside: one warning a part, for those who want to see each. */
  readonly notes: readonly Problem[];
}

const protocols = ['bgp', 'static', 'ospf', 'bfd', ...interiorProtocols];

/** Parts of `system` and `service` that change no packet of others. */
const silentSystem =
  /^(config-management|conntrack|console|domain-|host-name|ip$|ipv6$|sysctl$|login|name-server|name-servers|ntp|options?$|syslog|time-zone|update-check|task-scheduler|acceleration|watchdog|logs|static-host-mapping|sflow|flow-accounting|proxy|frr|wifi-|lcd|package)/;
const silentService =
  /^(ssh|telnet|https|ntp|snmp|lldp|monitoring|console-server|config-sync|conntrack-sync|event-handler|salt-minion|dns|dhcp-server|dhcp-relay|dhcpv6-server|dhcpv6-relay|tftp-server|mdns|broadcast-relay)$/;

/** Reads a file. Never throws. */
export function readVyosRouter(source: Source): ReadRouter {
  const { config, problems } = readVyosConfig(source);
  const { roots } = config;
  const findings = new Findings(source);
  readRest(roots, findings);
  const { interfaces, devices, settings } = readInterfaces(roots, findings);
  checkBgp(roots, findings);
  const bgp = readBgp(roots, findings);
  const vrfs = readVrfs(roots, findings);
  const system = systemWords(roots, findings);
  const hasBfd = [...(bgp?.frr ?? []), ...vrfs.frr].some((line) => / bfd( |$)/.test(line));
  const parts = [
    vrfs,
    staticRoutes(roots, findings),
    ospf(roots, findings),
    interior(roots, findings),
    bfd(roots, hasBfd, findings),
  ];
  const adverts = routerAdverts(roots, findings);
  const set = [...settings, ...system.settings, ...vrfs.settings];
  if (set.some(([path, value]) => path.endsWith('/forwarding') && value === 0))
    findings.beyond.add('ports that forward nothing');
  const router: VyosRouter = {
    file: source.file,
    text: source.text,
    release: config.release,
    hostName: valueAt(roots, 'system', 'host-name'),
    interfaces,
    bgp: bgp?.bgp,
    chains: [...readNat(roots, findings), ...readFirewall(roots, findings), ...mssClamps(roots)],
    devices: [...vrfs.devices, ...devices],
    commands: kernelCommands(roots, interfaces, findings),
    settings: set,
    frr: [
      ...policyLines(roots, findings),
      ...system.frr,
      ...adverts,
      ...parts.flatMap(({ frr }) => frr),
      ...(bgp?.frr ?? []),
    ],
    marks: marksOf(roots),
    daemons: [...new Set(parts.flatMap(({ daemons }) => daemons))],
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
  const nodes = bgp?.children ?? [];
  const all = (list: readonly VyosNode[]) => Object.fromEntries(list.map((node) => [node.word, markOf(node)]));
  return {
    asNumber: markOf(nodesAt(nodes, 'system-as')[0] ?? bgp),
    routerId: markOf(nodesAt(nodes, 'parameters', 'router-id')[0] ?? bgp),
    networks: all(nodesAt(nodes, 'address-family', 'ipv4-unicast', 'network')),
    neighbors: all(nodesAt(nodes, 'neighbor')),
    interfaces: all(nodesAt(roots, 'interfaces').flatMap(({ children }) => children)),
  };
}

function markOf(node: VyosNode | undefined): Mark {
  return [node?.start ?? 0, node?.end ?? 1];
}

/** Everything that is in no part of its own: login and the like are notes, the rest is not understood. */
function readRest(roots: readonly VyosNode[], findings: Findings): void {
  const known: Readonly<Record<string, RegExp>> = {
    interfaces: /./,
    nat: /./,
    policy: /./,
    firewall: /./,
    vrf: /./,
    service: /^router-advert$/,
    protocols: new RegExp(`^(${protocols.join('|')})$`),
  };
  const silent: Readonly<Record<string, RegExp>> = {
    system: silentSystem,
    service: silentService,
    container: /./,
    pki: /./,
  };
  for (const root of roots) {
    const [read, left] = [known[root.word], silent[root.word]];
    if (read === undefined && left === undefined) {
      findings.unknown(root, []);
      continue;
    }
    for (const node of root.children) {
      if (left?.test(node.word) === true) {
        if (!['host-name', 'ip', 'ipv6', 'sysctl'].includes(node.word)) findings.note(node, [root.word]);
      } else if (read?.test(node.word) !== true) {
        findings.unknown(node, [root.word]);
      }
    }
  }
}
