// Owns the declarations of the verbs that need no lab.

import type { Command } from 'commander';
import type { AnalyzeFlags } from './commands/analyze.ts';
import type { ImportFlags } from './commands/import.ts';
import { gathered } from './flag-values.ts';
import { addVerb, type Door } from './verb.ts';

/** Adds analyze and import. */
export function addOfflineVerbs(program: Command, door: Door): void {
  addVerb<AnalyzeFlags>(program, door, {
    usage: 'analyze [file...]',
    group: 'Without a lab:',
    summary: 'follow packets through capture files: hops, wrapping, NAT, clocks, BGP',
    description:
      'Reads pcap and pcapng files (gzip too, - is standard input), each a point, and tells which packets are the same, in which order of hops, how wrapped and translated, and what else they show. Needs no lab and no root.',
    flags: [
      {
        flags: '--point <name=file>',
        description: 'a file with the name of its point (may be repeated)',
        parse: gathered,
      },
      { flags: '--wide', description: 'show Ethernet addresses too (also -v)' },
      { flags: '--html <file>', description: 'also write a page: the points with the ways drawn, step by step' },
      { flags: '--as <form>', description: 'how the text is written', choices: ['text', 'markdown'], default: 'text' },
    ],
    examples: [
      'labctl analyze pod.pcap node.pcap leaf.pcapng',
      'labctl analyze --point pod-a=a.pcap --point leaf0:eth1=b.pcap',
    ],
    load: async () => (await import('./commands/analyze.ts')).analyzeCommand,
  });
  addVerb<ImportFlags>(program, door, {
    usage: 'import <folder>',
    group: 'Without a lab:',
    summary: 'make a lab file of a folder with kind, containerlab, VyOS and Calico files',
    description:
      'Reads a kind configuration, a containerlab topology, VyOS configurations, a Calico manifest and calicoctl objects, from files or from the here-documents of scripts, and writes a lab of them. Says what was read where; what it cannot carry over is an error where packets would change, and nothing is written then.',
    flags: [
      { flags: '--out <folder>', description: 'where to (default: ./<lab>)' },
      { flags: '--force', description: 'overwrite files that are there' },
    ],
    examples: ['labctl import ./06-bgp-rr', 'labctl import ./06-bgp-rr --out /tmp/bgp-rr --force'],
    load: async () => (await import('./commands/import.ts')).importCommand,
  });
}
