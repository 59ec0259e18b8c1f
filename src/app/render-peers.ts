// Owns the story of `render peers`: the BGP sessions that confd would give one node, worked out from any set of objects.

import { LabError } from '../base/errors.ts';
import type { Problem } from '../base/place.ts';
import type { Release } from '../calico/generations.ts';
import { inCalicoForm, localWorkload, secretKeys } from '../calico/kubernetes-objects.ts';
import { type CalicoObject, objectsOf } from '../calico/objects.ts';
import type { NodePeers } from '../calico/peer.ts';
import { peersOfNode } from '../calico/peers.ts';
import { validateObject } from '../calico/validate.ts';
import { defaultVersion, versionOf } from '../lab/defaults.ts';
import { calicoVersionPattern } from '../lab/schema-calico.ts';
import type { Context } from './context.ts';
import { readObjects, type WrittenObject } from './read-objects.ts';

/** What `labctl render peers` is told. */
export interface RenderPeersOptions {
  /** Files with objects; `-` is standard input. */
  readonly files: readonly string[];
  readonly node: string;
  /** Environment of calico-node. */
  readonly env: Readonly<Record<string, string>>;
  /** `v3.33`, `v3.23.2`; the newest when left out. */
  readonly version?: string | undefined;
}

/** The sessions, and what is odd about the objects that make them. */
export interface RenderedPeers {
  readonly peers: NodePeers;
  readonly warnings: readonly Problem[];
}

/** Kinds that decide sessions; all others make none and are passed over. */
const sessionKinds = ['Node', 'BGPPeer', 'BGPConfiguration', 'BGPFilter'];

/**
 * Works out a node's sessions. Of two objects with one name the later one counts, as with `apply`. What Calico's
 * validation refuses but confd can read is a warning: the datastore may hold it, written past the validation. An
 * object whose fields have wrong types never gets that far: it is left out with a warning, as Calico's API refuses it
 * and confd goes on with the others. Throws OBJECT_INVALID for a text that is no YAML, UNKNOWN_OBJECT for a node
 * that is not there.
 */
export async function renderPeers(context: Context, options: RenderPeersOptions): Promise<RenderedPeers> {
  const { version: text = defaultVersion } = options;
  if (!calicoVersionPattern.test(text))
    throw new LabError('USAGE', `${text} is not a Calico release from v3.23 to v3.33`);
  const version = versionOf(text);
  const written: WrittenObject[] = [];
  for (const file of options.files) written.push(...(await readObjects(context, file)));
  const { objects, problems } = readSessionObjects(written, version);
  const known = objectsOf(objects, 'Node').map(({ metadata }) => metadata.name);
  if (!known.includes(options.node)) {
    throw new LabError('UNKNOWN_OBJECT', `the objects hold no Node named ${options.node}`, {
      hint: known.length === 0 ? 'give a file with Node objects' : `nodes: ${known.join(', ')}`,
      problems,
    });
  }
  const namespace = options.env['NAMESPACE'] ?? 'kube-system';
  const peers = peersOfNode(objects, options.node, {
    version,
    env: options.env,
    workloads: written.flatMap(({ raw }) => localWorkload(raw) ?? []),
    secrets: new Set(written.flatMap(({ raw }) => secretKeys(raw, namespace))),
  });
  return { peers, warnings: problems };
}

function readSessionObjects(written: readonly WrittenObject[], version: Release) {
  const byName = new Map<string, CalicoObject>();
  const problems: Problem[] = [];
  for (const { raw, place } of written) {
    const inForm = inCalicoForm(raw);
    if (!sessionKinds.includes((inForm as { readonly kind?: string } | null)?.kind ?? '')) continue;
    const { readable, problems: found } = validateObject(inForm, version);
    if (readable !== undefined) byName.set(`${readable.kind}/${readable.metadata.name}`, readable);
    for (const problem of found.map(place)) {
      const message = readable === undefined ? `${problem.message}; ${leftOut}` : problem.message;
      problems.push({ ...problem, severity: 'warning', message });
    }
  }
  return { objects: [...byName.values()], problems };
}

const leftOut = 'the object is left out, as Calico’s API refuses it';
