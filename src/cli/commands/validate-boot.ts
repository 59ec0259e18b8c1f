// Owns `validate` of a VyOS configuration, and how what was understood of it is shown.

import { type BootResult, validateBoot } from '../../app/validate-boot.ts';
import { type Call, print } from '../call.ts';
import { problemData, sayWarnings } from '../warnings.ts';

/** `labctl validate leaf0.boot`: the facts that were understood, and what is left aside with its line. */
export async function validateBootCommand(call: Call, reference: string): Promise<number> {
  const { warnings, leftAside, ...result } = await validateBoot(call.context, reference);
  if (call.flags.format === 'table') await sayWarnings(call, warnings);
  const data = { isValid: true, ...result, problems: [...warnings, ...leftAside].map(problemData) };
  print(call, 'RouterValidation', data, () => facts({ ...result, warnings, leftAside }));
  return 0;
}

function facts(result: BootResult): string {
  const release = result.release === undefined ? 'VyOS' : `VyOS ${result.release}`;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['host name', result.hostName === undefined ? [] : [result.hostName]],
    ['interfaces', result.interfaces],
    ['BGP', result.bgp === undefined ? [] : [result.bgp]],
    ['networks', result.networks],
    ['neighbors', result.neighbors],
    ['rules', result.rules],
    ['devices', result.devices],
    ['not modelled', result.beyond],
  ];
  const lines = rows
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `  ${name.padEnd(13)}${values.join('; ')}`);
  const aside = result.leftAside.map(({ at, message }) => `  ${at?.line}:${at?.column} ${message}`);
  const tail = aside.length === 0 ? [] : ['no packet depends on:', ...aside];
  return `${[`${result.source}: valid, ${release}; ${result.frr.length} lines of FRR`, ...lines, ...tail].join('\n')}\n`;
}
