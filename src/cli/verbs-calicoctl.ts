// Owns the declarations of the verbs under `calicoctl`.

import { type Command, Option } from 'commander';
import type { DeleteFlags, FileFlags, PatchFlags } from './commands/calicoctl-change.ts';
import type { GetFlags } from './commands/calicoctl-get.ts';
import type { IpamFlags } from './commands/calicoctl-ipam.ts';
import { addGroup, addVerb, type Door, type Flag } from './verb.ts';

const file: Flag = {
  flags: '-f, --filename <file>',
  description: 'objects in YAML or JSON; - reads standard input',
  isRequired: true,
};

/** Adds calicoctl with get, apply, create, replace, patch, delete, node status, ipam show and version. */
export function addCalicoctlVerbs(program: Command, door: Door): void {
  const calicoctl = groupUnder(
    program,
    'calicoctl',
    "show and change a running lab's Calico objects, in calicoctl's words",
  );
  calicoctl.helpGroup('In a running lab:');
  calicoctl.addHelpText(
    'after',
    '\nExamples:\n  $ labctl calicoctl node status\n  $ labctl calicoctl get bgppeer -o wide',
  );
  addVerb<GetFlags>(calicoctl, door, {
    usage: 'get <kind> [names...]',
    summary: 'show objects: bgppeer, bgpconfig, bgpfilter, ippool, node, workloadendpoint',
    ownOutput: true,
    flags: [
      { flags: '-o, --output <form>', description: 'form of the output', choices: ['ps', 'wide', 'yaml', 'json'] },
      { flags: '-n, --namespace <name>', description: 'namespace of workload endpoints' },
      { flags: '-A, --all-namespaces', description: 'workload endpoints of all namespaces' },
    ],
    examples: ['labctl calicoctl get bgppeer -o wide', 'labctl calicoctl get ippool default-ipv4-ippool -o yaml'],
    load: async () => (await import('./commands/calicoctl-get.ts')).getCommand,
  });
  for (const [verb, summary] of putVerbs) {
    addVerb<FileFlags>(calicoctl, door, {
      usage: verb,
      summary,
      flags: [file],
      examples: [`labctl calicoctl ${verb} -f peer.yaml`, `labctl calicoctl ${verb} -f - < peer.yaml`],
      load: async () => (await import('./commands/calicoctl-change.ts')).putCommand(verb),
    });
  }
  addVerb<PatchFlags>(calicoctl, door, {
    usage: 'patch <kind> <name>',
    summary: 'change some fields of an object',
    flags: [{ flags: '-p, --patch <json>', description: 'the fields to change; null removes one', isRequired: true }],
    examples: [
      `labctl calicoctl patch bgppeer rack0-to-leaf0 -p '{"spec":{"asNumber":65099}}'`,
      `labctl calicoctl patch bgpconfig default -p '{"spec":{"nodeToNodeMeshEnabled":true}}'`,
    ],
    load: async () => (await import('./commands/calicoctl-change.ts')).patchCommand,
  });
  addVerb<DeleteFlags>(calicoctl, door, {
    usage: 'delete [kind] [names...]',
    summary: 'delete objects',
    flags: [
      { ...file, isRequired: false },
      { flags: '-s, --skip-not-exists', description: 'an object that is not there is no error' },
    ],
    examples: ['labctl calicoctl delete bgppeer rack0-to-leaf0', 'labctl calicoctl delete -f peer.yaml'],
    load: async () => (await import('./commands/calicoctl-change.ts')).deleteCommand,
  });
  const node = groupUnder(calicoctl, 'node', 'what runs on the nodes');
  addVerb(node, door, {
    usage: 'status [node]',
    summary: "show a node's BGP sessions, or every node's",
    examples: ['labctl calicoctl node status', 'labctl calicoctl node status worker2'],
    load: async () => (await import('./commands/calicoctl-node.ts')).nodeStatusCommand,
  });
  const ipam = groupUnder(calicoctl, 'ipam', 'who has which address');
  addVerb<IpamFlags>(ipam, door, {
    usage: 'show',
    summary: 'show how full pools and blocks are',
    flags: [
      { flags: '--show-blocks', description: "show the pools' blocks too" },
      { flags: '--ip <address>', description: 'who has this address' },
    ],
    examples: ['labctl calicoctl ipam show --show-blocks', 'labctl calicoctl ipam show --ip=10.244.142.0'],
    load: async () => (await import('./commands/calicoctl-ipam.ts')).ipamCommand,
  });
  addVerb(calicoctl, door, {
    usage: 'version',
    summary: "show the lab's Calico release",
    examples: ['labctl calicoctl version', 'labctl calicoctl version --format json'],
    load: async () => (await import('./commands/calicoctl-ipam.ts')).calicoVersionCommand,
  });
}

const putVerbs = [
  ['apply', 'create or replace objects'],
  ['create', 'create objects that are not there yet'],
  ['replace', 'replace objects that are there'],
] as const;

/** A part of calicoctl. Its version check is accepted and does nothing: there is one version. */
function groupUnder(parent: Command, name: string, summary: string): Command {
  return addGroup(parent, name, summary).addOption(new Option('--allow-version-mismatch').hideHelp());
}
