// Owns what Calico asks of an IPPool beyond its fields' types (calico.md A.2), and what it should ask.

import { formatPrefix, isMasked, maskPrefix, mustParsePrefix, overlaps, parsePrefix } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { type CheckContext, objectError, objectWarning } from './object-problem.ts';
import type { IPPool } from './objects.ts';

const linkLocal = [mustParsePrefix('169.254.0.0/16'), mustParsePrefix('fe80::/10')];
const blockSizes = { 4: [20, 32], 6: [116, 128] } as const;

/** Problems of one pool; its fields have their types already. */
export function validatePool(spec: IPPool['spec'], { version }: CheckContext): readonly Problem[] {
  return [...cidrProblems(spec), ...encapsulationProblems(spec), ...useProblems(spec, version.minor)];
}

function cidrProblems(spec: IPPool['spec']): readonly Problem[] {
  const path = ['spec', 'cidr'];
  const prefix = typeof spec.cidr === 'string' ? parsePrefix(spec.cidr) : undefined;
  if (prefix === undefined) {
    return [objectError(path, 'POOL_CIDR', 'a pool needs a cidr that is a valid subnet', 'write cidr: 10.244.0.0/16')];
  }
  const problems: Problem[] = [];
  if (!isMasked(prefix)) {
    const hint = `write ${formatPrefix(maskPrefix(prefix))}`;
    problems.push(objectError(path, 'POOL_CIDR', `${spec.cidr} is not strictly masked: host bits are set`, hint));
  }
  const local = linkLocal.find((range) => overlaps(range, prefix));
  if (local !== undefined) {
    problems.push(objectError(path, 'POOL_CIDR', `${spec.cidr} overlaps the link-local range ${formatPrefix(local)}`));
  }
  const [smallest, largest] = blockSizes[prefix.family];
  const blockSize = spec.blockSize ?? (prefix.family === 4 ? 26 : 122);
  if (blockSize < smallest || blockSize > largest) {
    const message = `blockSize must be between ${smallest} and ${largest} in an IPv${prefix.family} pool`;
    problems.push(objectError(['spec', 'blockSize'], 'POOL_BLOCK_SIZE', message));
  } else if (spec.disabled !== true && prefix.length > blockSize) {
    const message = `the pool ${spec.cidr} is too small: it must hold at least one block of size /${blockSize}`;
    problems.push(objectError(path, 'POOL_BLOCK_SIZE', message, 'write a shorter prefix or a larger blockSize'));
  }
  return problems;
}

function encapsulationProblems(spec: IPPool['spec']): readonly Problem[] {
  const ipip = (spec.ipipMode ?? 'Never') !== 'Never';
  const vxlan = (spec.vxlanMode ?? 'Never') !== 'Never';
  if (ipip && vxlan) {
    const message = 'VXLAN and IPIP cannot both be enabled on the same pool';
    return [objectError(['spec', 'vxlanMode'], 'POOL_ENCAPSULATION', message, 'set one of them to Never')];
  }
  if (ipip && parsePrefix(spec.cidr ?? '')?.family === 6) {
    const message = 'IPIP is not supported on an IPv6 pool';
    return [objectError(['spec', 'ipipMode'], 'POOL_ENCAPSULATION', message, 'use vxlanMode, or Never')];
  }
  if ((ipip || vxlan) && spec.allowedUses !== undefined && !spec.allowedUses.includes('Tunnel')) {
    const message = 'allowedUses lacks Tunnel: nodes get no tunnel address and no tunnel device';
    return [objectWarning(['spec', 'allowedUses'], 'POOL_NO_TUNNEL', message, 'add Tunnel')];
  }
  return [];
}

function useProblems(spec: IPPool['spec'], minor: number): readonly Problem[] {
  const path = ['spec', 'allowedUses'];
  const uses = spec.allowedUses ?? [];
  const problems: Problem[] = [];
  if (uses.includes('LoadBalancer')) {
    if (minor < 30) {
      problems.push(objectError(path, 'OBJECT_FIELD_VERSION', 'LoadBalancer pools exist only from v3.30 on'));
    }
    if (uses.length > 1) problems.push(loadBalancer(path, 'cannot be combined with other uses'));
    if ((spec.ipipMode ?? 'Never') !== 'Never') problems.push(loadBalancer(['spec', 'ipipMode'], 'cannot use IPIP'));
    if ((spec.vxlanMode ?? 'Never') !== 'Never') problems.push(loadBalancer(['spec', 'vxlanMode'], 'cannot use VXLAN'));
    if (spec.disableBGPExport === true) {
      problems.push(loadBalancer(['spec', 'disableBGPExport'], 'cannot be kept from BGP'));
    }
    if ((spec.nodeSelector ?? 'all()') !== 'all()') {
      problems.push(loadBalancer(['spec', 'nodeSelector'], 'must select all() nodes'));
    }
  }
  for (const field of ['nodeSelector', 'namespaceSelector'] as const) {
    if (/\bglobal\(/.test(spec[field] ?? '')) {
      problems.push(objectError(['spec', field], 'POOL_SELECTOR', `global() has no meaning in a pool's ${field}`));
    }
  }
  if (uses.includes('Tunnel') && (spec.namespaceSelector ?? '') !== '') {
    const message = 'a pool for tunnel addresses cannot have a namespaceSelector: tunnels belong to no namespace';
    problems.push(
      objectError(['spec', 'namespaceSelector'], 'POOL_SELECTOR', message, 'take Tunnel out of allowedUses'),
    );
  }
  return problems;
}

function loadBalancer(path: readonly string[], what: string): Problem {
  return objectError(path, 'POOL_LOAD_BALANCER', `a LoadBalancer pool ${what}`);
}
