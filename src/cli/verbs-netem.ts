// Owns the declarations of the verbs under `netem`, in the words of `containerlab tools netem`.

import type { Command } from 'commander';
import type { NetemFlags, PlaceFlags } from './commands/netem.ts';
import { durationMs, percent, wholeNumber } from './flag-values.ts';
import { addGroup, addVerb, type Door, type Flag } from './verb.ts';

const place: readonly Flag[] = [
  { flags: '-n, --node <machine>', description: 'a router, node or pod' },
  {
    flags: '-i, --interface <name>',
    description: 'an interface of it; what it sends is impaired, not what it receives',
  },
];

/** Adds netem with set, show and reset. */
export function addNetemVerbs(program: Command, door: Door): void {
  const netem = addGroup(program, 'netem', 'delay, lose, slow or corrupt what an interface sends');
  netem.helpGroup('In a running lab:');
  netem.addHelpText(
    'after',
    '\nExamples:\n  $ labctl netem set leaf0:eth1 --delay 20ms --jitter 5ms --loss 1\n  $ labctl netem show',
  );
  addVerb<NetemFlags>(netem, door, {
    usage: 'set [interface]',
    summary: 'impair an interface (leaf0:eth1); what is not said is not impaired any more',
    flags: [
      ...place,
      { flags: '--delay <time>', description: 'how long each packet is held', parse: durationMs },
      {
        flags: '--jitter <time>',
        description: 'by how much the delay differs from packet to packet',
        parse: durationMs,
      },
      { flags: '--loss <percent>', description: 'packets that are lost', parse: percent },
      { flags: '--rate <kbit>', description: 'kilobits a second', parse: wholeNumber },
      { flags: '--corruption <percent>', description: 'packets that get a wrong bit', parse: percent },
    ],
    examples: ['labctl netem set leaf0:eth1 --delay 20ms', 'labctl netem set -n leaf0 -i eth1 --loss 10 --rate 500'],
    load: async () => (await import('./commands/netem.ts')).netemSetCommand,
  });
  addVerb<PlaceFlags>(netem, door, {
    usage: 'show [place]',
    summary: 'show impaired interfaces: all, of a machine, or one',
    flags: place,
    examples: ['labctl netem show', 'labctl netem show -n leaf0'],
    load: async () => (await import('./commands/netem.ts')).netemShowCommand,
  });
  addVerb<PlaceFlags>(netem, door, {
    usage: 'reset [interface]',
    summary: 'make an interface send as it did before',
    flags: place,
    examples: ['labctl netem reset leaf0:eth1', 'labctl netem reset -n leaf0 -i eth1'],
    load: async () => (await import('./commands/netem.ts')).netemResetCommand,
  });
}
