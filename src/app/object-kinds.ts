// Owns the names calicoctl knows kinds by: bgpp, bgppeers, pool, wep and the like.

import { LabError } from '../base/errors.ts';
import type { CalicoKind } from '../calico/objects.ts';
import { hintForName } from '../lab/names.ts';

/** The kinds one can get; WorkloadEndpoints are made from pods and cannot be changed. */
export type GettableKind = CalicoKind | 'WorkloadEndpoint';

const aliases: Readonly<Record<GettableKind, readonly string[]>> = {
  BGPConfiguration: ['bgpconfiguration', 'bgpconfigurations', 'bgpconfig', 'bgpconfigs', 'bgpc'],
  BGPPeer: ['bgppeer', 'bgppeers', 'bgpp', 'bgpps', 'bp', 'bps'],
  BGPFilter: ['bgpfilter', 'bgpfilters'],
  FelixConfiguration: ['felixconfiguration', 'felixconfigurations', 'felixconfig', 'felixconfigs'],
  IPPool: ['ippool', 'ippools', 'ipp', 'ipps', 'pool', 'pools'],
  Node: ['node', 'nodes', 'no', 'nos'],
  WorkloadEndpoint: ['workloadendpoint', 'workloadendpoints', 'wep', 'weps'],
};

/** The kinds, in the order in which they are explained. */
export const gettableKinds = Object.keys(aliases) as readonly GettableKind[];

/** The kind a word means; case does not matter. Throws UNKNOWN_OBJECT with what is known. */
export function kindNamed(word: string): GettableKind {
  const plain = word.toLowerCase();
  for (const kind of gettableKinds) if (aliases[kind].includes(plain)) return kind;
  throw new LabError('UNKNOWN_OBJECT', `resource type '${word}' is not supported`, {
    hint: hintForName(
      plain,
      gettableKinds.map((kind) => kind.toLowerCase()),
    ),
    facts: [`labctl acts on: ${gettableKinds.join(', ')}`],
  });
}

/** The name under which Kubernetes lists a kind: `bgppeers.crd.projectcalico.org`. */
export function resourceName(kind: GettableKind): string {
  return `${kind.toLowerCase()}s.crd.projectcalico.org`;
}
