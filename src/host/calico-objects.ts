// Owns Calico's objects as kubectl lists them: which addresses IPAM has free, and what labctl applied.

import type { ObservedBlock } from '../plan/observed.ts';
import { fieldManager, kubectlArgv } from './kubectl.ts';

interface ListedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly managedFields?: readonly { readonly manager?: string }[] };
}

/**
 * The argument list that lists one kind, of `projectcalico.org/v3` or of `crd.projectcalico.org/v1`: kubectl finds the one that is
 * served. It exits with 1 where neither is.
 */
export function listArgv(kubeconfig: string, kind: string): readonly string[] {
  const words = ['--output=json', '--show-managed-fields', '--request-timeout=10s'];
  return kubectlArgv(kubeconfig, 'get', kind, ...words);
}

/** Reads a list of IPAMBlocks, the parts that say whose addresses are and which comes next. Throws SyntaxError when it is no JSON. */
export function parseBlocks(text: string): readonly ObservedBlock[] {
  return itemsOf<ObservedBlock>(text).map(({ metadata: { name }, spec }) => {
    const { cidr, affinity, unallocated, allocations } = spec;
    const attributes = spec.attributes.map(({ secondary }) => ({ secondary }));
    return { kind: 'IPAMBlock', metadata: { name }, spec: { cidr, affinity, unallocated, allocations, attributes } };
  });
}

/** Reads a list for those that labctl applied: `BGPPeer/leaf0`. Throws SyntaxError when it is no JSON. */
export function parseApplied(text: string): readonly string[] {
  return itemsOf<ListedObject>(text)
    .filter(({ metadata }) => metadata.managedFields?.some(({ manager }) => manager === fieldManager))
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

/** The argument list that deletes objects, each as `parseApplied` names it. */
export function deleteArgv(kubeconfig: string, names: readonly string[]): readonly string[] {
  return kubectlArgv(kubeconfig, 'delete', '--ignore-not-found', ...names);
}

function itemsOf<T>(text: string): readonly T[] {
  return (JSON.parse(text) as { readonly items: readonly T[] }).items;
}
