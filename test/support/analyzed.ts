// Owns asking an analysis short questions: the hops of a flow, the findings of a kind.

import { type Analysis, analyze } from '../../src/app/analyze.ts';
import { flowText } from '../../src/flow/flow.ts';
import { wrapText } from '../../src/flow/wrapping.ts';
import { sharedFolder } from './shared.ts';

/** Third-party captures by name, without their ending where it is `.cap`; undefined when the folder is absent. */
export const captures = sharedFolder('captures');

/** Analyzes files of a folder. */
export async function analyzed(folder: string, ...names: readonly string[]): Promise<Analysis> {
  const files = names.map((name) => (name.includes('.') ? name : `${name}.cap`));
  return analyze({ cwd: folder, signal: new AbortController().signal }, { files, points: [] });
}

/** Every path whose flow's text begins so: its packets, then each hop as `point ttl encapsulation`. */
export function pathsOf({ correlation }: Analysis, flow: string): readonly (readonly string[])[] {
  const { correlator, paths } = correlation;
  return paths
    .filter((path) => flowText(correlator.flows.all[path.flow]!).startsWith(flow))
    .map(({ hops }) =>
      hops.map(
        ({ point, ttl, wrap }) => `${correlator.points[point]!.name} ${ttl} ${wrapText(correlator.wraps.all[wrap]!)}`,
      ),
    );
}

/** The texts of the findings of a kind. */
export function found({ findings }: Analysis, kind: string): readonly string[] {
  return findings.filter((finding) => finding.kind === kind).map(({ text }) => text);
}
