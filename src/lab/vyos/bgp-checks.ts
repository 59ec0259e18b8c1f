// Owns what VyOS itself refuses in `protocols bgp` when it commits: names that nothing has, and values that are none.

import { parseAddress } from '../../base/address.ts';
import { nodeAt, nodesAt, type VyosNode } from './node.ts';
import { type Findings, isValue } from './vocabulary.ts';

/** Refuses what VyOS would not commit: FRR takes some of it in silence, and denies all routes by a route map that is not there. */
export function checkBgp(roots: readonly VyosNode[], findings: Findings): void {
  const maps = nodesAt(roots, 'policy', 'route-map');
  for (const { children } of [{ children: roots }, ...nodesAt(roots, 'vrf', 'name')])
    checkSpeaker(nodesAt(children, 'protocols', 'bgp'), maps, findings);
}

/** BGP of the router, or of one of its VRFs. */
function checkSpeaker(nodes: readonly VyosNode[], maps: readonly VyosNode[], findings: Findings): void {
  const groups = nodesAt(nodes, 'peer-group');
  const peers = [...nodesAt(nodes, 'neighbor'), ...groups];
  for (const { word, start, end, children } of nodesAt(nodes, 'neighbor')) {
    // What is not even a name is told where peers are read.
    if (parseAddress(word) !== undefined || !isValue('peer', word) || nodeAt(children, 'interface') !== undefined)
      continue;
    findings.add({ start, end }, 'VYOS_VALUE', `\`${word}\` is no address`, 'an interface says `interface` inside');
  }
  for (const { children } of peers) {
    const over = nodesAt(children, 'interface');
    for (const layer of [children, over, nodesAt(over, 'v6only')]) {
      for (const node of nodesAt(layer, 'remote-as'))
        if (!isValue('as', node.word) && !['internal', 'external', 'auto'].includes(node.word))
          findings.add(node, 'VYOS_VALUE', `\`${node.word}\` is no AS number`, 'remote-as 65005, internal or external');
      refuseAbsent('peer-group', nodesAt(layer, 'peer-group'), groups, findings);
    }
  }
  for (const timers of [nodesAt(nodes, 'timers'), ...peers.map(({ children }) => nodesAt(children, 'timers'))])
    for (const node of timers.flatMap(({ children }) => children))
      if (!isValue('number', node.word)) findings.add(node, 'VYOS_VALUE', `\`${node.word}\` is no number of seconds`);
  for (const { children } of nodesAt(nodes, 'listen', 'range'))
    refuseAbsent('peer-group', nodesAt(children, 'peer-group'), groups, findings);
  refuseAbsent('route-map', routeMapsOf(nodes), maps, findings);
}

function refuseAbsent(what: string, used: readonly VyosNode[], there: readonly VyosNode[], findings: Findings): void {
  const names = new Set(there.map(({ word }) => word));
  for (const node of used)
    if (!names.has(node.word)) findings.add(node, 'VYOS_ABSENT', `there is no ${what} named \`${node.word}\``);
}

/** Every name behind the word `route-map`, whichever direction stands between. */
function routeMapsOf(nodes: readonly VyosNode[]): readonly VyosNode[] {
  return nodes.flatMap(({ word, children }) => {
    if (word !== 'route-map') return routeMapsOf(children);
    return children.flatMap((node) => (['import', 'export'].includes(node.word) ? node.children : [node]));
  });
}
