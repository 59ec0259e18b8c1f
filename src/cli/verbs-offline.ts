// Owns the declarations of the verbs that need no lab.

import type { Command } from 'commander';
import type { AnalyzeFlags } from './commands/analyze.ts';
import { gathered } from './flag-values.ts';
import { addVerb, type Door } from './verb.ts';

/** Adds analyze. */
export function addOfflineVerbs(program: Command, door: Door): void {
  addVerb<AnalyzeFlags>(program, door, {
    usage: 'analyze [file...]',
    group: 'Without a lab:',
    summary: 'follow packets through capture files: hops, wrapping, NAT, clocks, BGP',
    description:
      'Reads pcap and pcapng files, each a point, and tells which packets are the same, in which order of hops, how wrapped and translated, and what else they show. Needs no lab and no root.',
    flags: [
      {
        flags: '--point <name=file>',
        description: 'a file with the name of its point (may be repeated)',
        parse: gathered,
      },
      { flags: '--as <form>', description: 'how the text is written', choices: ['text', 'markdown'], default: 'text' },
    ],
    examples: [
      'labctl analyze pod.pcap node.pcap leaf.pcapng',
      'labctl analyze --point pod-a=a.pcap --point leaf0:eth1=b.pcap',
    ],
    load: async () => (await import('./commands/analyze.ts')).analyzeCommand,
  });
}
