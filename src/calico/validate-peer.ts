// Owns what Calico asks of a BGPPeer beyond its fields' types (calico.md A.4), and what it should ask.

import { parseAddress } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { objectError } from './object-problem.ts';
import type { BGPPeer } from './objects.ts';
import { splitPeerAddress } from './peerings.ts';

type Spec = BGPPeer['spec'];
type Field = keyof Spec & string;

/** Pairs that contradict each other, the second named where the problem stands. */
const contradictions: readonly (readonly [Field, Field, string])[] = [
  ['node', 'nodeSelector', 'node and nodeSelector both say which nodes the peering is for'],
  ['peerIP', 'peerSelector', 'peerIP and peerSelector both say who the peer is'],
  ['asNumber', 'peerSelector', 'with peerSelector the AS number is taken from the selected nodes'],
  ['localWorkloadSelector', 'peerIP', 'localWorkloadSelector and peerIP both say who the peer is'],
  ['localWorkloadSelector', 'peerSelector', 'localWorkloadSelector and peerSelector both say who the peer is'],
];

/** Problems of one peer; its fields have their types already. */
export function validatePeer(spec: Spec): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [one, other, message] of contradictions) {
    if (isSet(spec, one) && isSet(spec, other)) problems.push(combination(other, message, 'leave one of them out'));
  }
  if (spec.keepOriginalNextHop === true && spec.nextHopMode !== undefined) {
    problems.push(combination('nextHopMode', 'keepOriginalNextHop and nextHopMode contradict each other'));
  }
  problems.push(...remoteProblems(spec), ...peerIpProblems(spec), ...reachableByProblems(spec));
  if (spec.password !== undefined && (spec.password?.secretKeyRef?.name ?? '') === '') {
    problems.push(objectError(['spec', 'password'], 'PEER_PASSWORD', 'password needs secretKeyRef with name and key'));
  }
  return problems;
}

function isSet(spec: Spec, field: Field): boolean {
  const value = spec[field];
  return value !== undefined && value !== null && value !== '' && value !== 0;
}

function combination(field: Field, message: string, hint?: string): Problem {
  return objectError(['spec', field], 'OBJECT_COMBINATION', message, hint);
}

function remoteProblems(spec: Spec): readonly Problem[] {
  const hint = 'write asNumber: with the AS number of the peer';
  if (isSet(spec, 'localWorkloadSelector')) {
    if (isSet(spec, 'asNumber')) return [];
    return [objectError(['spec'], 'PEER_AS_NUMBER', 'localWorkloadSelector needs asNumber', hint)];
  }
  if (!isSet(spec, 'peerIP') && !isSet(spec, 'peerSelector')) {
    const message = 'the peer is not said: peerIP with asNumber, or peerSelector';
    return [objectError(['spec'], 'PEER_ADDRESS', message)];
  }
  if (isSet(spec, 'peerIP') && !isSet(spec, 'asNumber')) {
    const message = 'peerIP needs asNumber: Calico accepts the object, and BIRD then refuses AS 0';
    return [objectError(['spec'], 'PEER_AS_NUMBER', message, hint)];
  }
  return [];
}

function peerIpProblems(spec: Spec): readonly Problem[] {
  if (!isSet(spec, 'peerIP')) return [];
  const { host } = splitPeerAddress(spec.peerIP ?? '');
  if (parseAddress(host) !== undefined) return [];
  const message = `peerIP: ${JSON.stringify(spec.peerIP)} is no address: ip, ip:port or [v6]:port`;
  return [objectError(['spec', 'peerIP'], 'PEER_ADDRESS', message)];
}

function reachableByProblems(spec: Spec): readonly Problem[] {
  if (!isSet(spec, 'reachableBy')) return [];
  if (!isSet(spec, 'peerIP'))
    return [combination('reachableBy', 'reachableBy needs peerIP: it is the way to that address')];
  const peer = parseAddress(splitPeerAddress(spec.peerIP ?? '').host);
  const gateway = parseAddress(spec.reachableBy ?? '');
  if (peer === undefined || gateway === undefined || peer.family === gateway.family) return [];
  return [combination('reachableBy', 'reachableBy and peerIP are of different address families')];
}
