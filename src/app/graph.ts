// Owns the story of `graph`: a lab as a picture, in the language asked for.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Graph, graphOf } from '../report/graph.ts';
import type { Context } from './context.ts';
import { loadLab } from './load-lab.ts';
import { attempt } from './render.ts';
import type { LabChoice } from './work-out.ts';

/** The languages a picture can be written in. */
export type GraphLanguage = 'mermaid' | 'dot' | 'svg';

/** What `labctl graph` is told. */
export interface GraphOptions extends LabChoice {
  readonly as: GraphLanguage;
  /** A file to write; the text is only returned when left out. */
  readonly out?: string | undefined;
}

/** A picture as data and as text. */
export interface GraphResult {
  readonly graph: Graph;
  readonly text: string;
  /** The file that was written. */
  readonly file: string | undefined;
}

/** Draws a lab; works for a lab that does not run. */
export async function graph(context: Context, options: GraphOptions): Promise<GraphResult> {
  const { design } = await loadLab(context, options.reference, options.set);
  const drawn = graphOf(design);
  const text = await draw(drawn, options.as);
  if (options.out === undefined) return { graph: drawn, text, file: undefined };
  const file = resolve(context.cwd, options.out);
  await attempt(file, () => writeFile(file, text));
  return { graph: drawn, text, file };
}

async function draw(drawn: Graph, language: GraphLanguage): Promise<string> {
  switch (language) {
    case 'mermaid':
      return (await import('../report/graph-mermaid.ts')).graphMermaid(drawn);
    case 'dot':
      return (await import('../report/graph-dot.ts')).graphDot(drawn);
    case 'svg':
      return (await import('../report/graph-svg.ts')).graphSvg(drawn);
  }
}
