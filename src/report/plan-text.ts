// Owns a plan as text, phase by phase: `[needs] -> #id resource, verb, cause`, one line an operation.

import type { Plan } from '../plan/plan.ts';

/** The plan as `labctl plan` prints it and golden tests compare it. An empty plan says so in one line. */
export function planText(plan: Plan): string {
  if (plan.operations.length === 0) return `${plan.lab}: nothing to do, the lab is as the file says (${plan.engine})\n`;
  const lines = [`${plan.lab}: ${count(plan.operations.length, 'operation')} on engine ${plan.engine}`];
  for (const phase of new Set(plan.operations.map((operation) => operation.phase))) {
    lines.push(`${phase}:`);
    for (const operation of plan.operations) {
      if (operation.phase !== phase) continue;
      const needs = operation.needs.length === 0 ? '' : `[${needsText(operation.needs)}] -> `;
      lines.push(`  ${needs}#${operation.id} ${operation.resource}, ${operation.verb}, ${operation.cause}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** `1 node`, `4 nodes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Ids with runs shortened: `1-4,7`. */
function needsText(needs: readonly number[]): string {
  const parts: string[] = [];
  const ids = needs.toSorted((a, b) => a - b);
  for (let start = 0; start < ids.length; ) {
    let end = start;
    while (ids[end + 1] === (ids[end] ?? 0) + 1) end++;
    parts.push(end === start ? `${ids[start]}` : `${ids[start]}${end === start + 1 ? ',' : '-'}${ids[end]}`);
    start = end + 1;
  }
  return parts.join(',');
}
