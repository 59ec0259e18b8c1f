// Owns the declarations of the verbs about this machine and labctl itself.

import type { Command } from 'commander';
import type { DoctorFlags } from './commands/doctor.ts';
import { routerFlag, setFlag } from './lab-flags.ts';
import { addVerb, type Door } from './verb.ts';

const group = 'This machine:';

/** Adds doctor, completion, version, and the hidden verb that shells ask for completions. */
export function addOwnVerbs(program: Command, door: Door): void {
  addVerb<DoctorFlags>(program, door, {
    usage: 'doctor [lab]',
    group,
    summary: 'say what this machine lacks for labs, and how to mend it',
    description: 'Of a lab it is asked as up is: --engine, --set and --router say which lab is meant.',
    flags: [setFlag, routerFlag, { flags: '--fix', description: 'run the mending commands, each after asking' }],
    examples: ['labctl doctor --fix', 'labctl doctor bgp-rr --engine kind --router vyos'],
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  });
  addVerb(program, door, {
    usage: 'completion <shell>',
    group,
    summary: 'print completion code for bash, zsh or fish',
    examples: ['source <(labctl completion bash)', 'labctl completion fish > ~/.config/fish/completions/labctl.fish'],
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  });
  addVerb(program, door, {
    usage: 'version',
    group,
    summary: 'print the version',
    examples: ['labctl version', 'labctl version --format json'],
    load: async () => (await import('./commands/version.ts')).versionCommand,
  });
  addVerb(program, door, {
    usage: '__complete [words...]',
    summary: 'print what may stand at the last word',
    passThrough: true,
    hidden: true,
    examples: ['labctl __complete -- up ""', 'labctl __complete -- exec le'],
    load: async () => (await import('./commands/complete.ts')).completeCommand,
  });
}
