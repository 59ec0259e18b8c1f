// Owns the declarations of the verbs of a lab's life: from the catalogue over files and plans to up and down.

import type { Command } from 'commander';
import type { DiffFlags } from './commands/diff.ts';
import type { DownFlags } from './commands/down.ts';
import type { GraphFlags } from './commands/graph.ts';
import type { ListFlags } from './commands/list.ts';
import type { SetFlags } from './commands/plan.ts';
import type { RenderFlags } from './commands/render.ts';
import type { RenderPeersFlags } from './commands/render-peers.ts';
import type { StartFlags } from './commands/stop.ts';
import type { TestFlags } from './commands/test.ts';
import type { UpFlags } from './commands/up.ts';
import { durationMs, gathered, keyValue, shardOf, wholeNumber } from './flag-values.ts';
import { routerFlag as router, setFlag as set } from './lab-flags.ts';
import { addVerb, type Door } from './verb.ts';

const group = 'Labs:';

const reference = 'a lab is a name of the catalogue, name:variant, a lab file, a folder with one, or - for stdin';

/** Adds up, down, stop, start, test, list, ps, plan, validate, render and graph. */
export function addLabVerbs(program: Command, door: Door): void {
  addVerb<UpFlags>(program, door, {
    usage: 'up [lab]',
    aliases: ['deploy'],
    group,
    summary: 'bring a lab up, or make a running one equal to its file',
    description: `Brings a lab up and returns when it is converged: every session Established, every route in place, pod-a reaches pod-b.\nOf a running lab, changes what differs and nothing else. In all verbs ${reference}.`,
    flags: [
      set,
      {
        flags: '-t, --timeout <duration>',
        description: 'how long convergence may take (default: 60s, on kind 10m)',
        parse: durationMs,
      },
      router,
      { flags: '--locked', description: 'on kind: refuse images and manifests that labctl.lock does not have' },
      { flags: '-k, --keep', description: 'leave what was made when something fails' },
      { flags: '-n, --dry-run', description: 'print the plan and change nothing' },
      { flags: '-c, --reconfigure', description: 'end the running lab first, then bring it up fresh' },
    ],
    guest: 'a guest ends with its command, and the lab with it',
    examples: ['labctl up bgp-rr', 'labctl up fullmesh:100-nodes --timeout 3m'],
    load: async () => (await import('./commands/up.ts')).upCommand,
  });
  addVerb<DownFlags>(program, door, {
    usage: 'down [lab]',
    aliases: ['destroy'],
    group,
    summary: 'remove a lab without a trace',
    description:
      'Removes a running lab and all that is recorded of it; never reads the lab file. An absent lab is no error.',
    flags: [{ flags: '-a, --all', description: 'remove every lab' }],
    examples: ['labctl down bgp-rr', 'labctl down --all'],
    load: async () => (await import('./commands/down.ts')).downCommand,
  });
  addVerb(program, door, {
    usage: 'stop [lab]',
    group,
    summary: 'stop the containers of a lab on kind, and keep them',
    description:
      'Stops nodes and routers of a lab on kind; disks, networks and addresses stay for start. On the embedded engine nothing would stay: use down.',
    examples: ['labctl stop bgp-rr', 'labctl stop'],
    load: async () => (await import('./commands/stop.ts')).stopCommand,
  });
  addVerb<StartFlags>(program, door, {
    usage: 'start [lab]',
    group,
    summary: 'start a stopped lab on kind, and plug its wires anew',
    description:
      'Starts what does not run, plugs the fabric anew and returns when the lab is converged: after stop, a restart of Docker or of the machine. Routers are made anew from the files of up.',
    flags: [
      {
        flags: '-t, --timeout <duration>',
        description: 'how long convergence may take',
        default: '10m',
        parse: durationMs,
      },
    ],
    examples: ['labctl start bgp-rr', 'labctl start --timeout 5m'],
    load: async () => (await import('./commands/stop.ts')).startCommand,
  });
  addVerb<TestFlags>(program, door, {
    usage: 'test [labs...]',
    group,
    summary: 'bring labs up, verify, capture in and remove each, and report',
    description: `Tests labs side by side, in a state folder of their own: a lab of that name that runs is not touched.
A lab is a name of the catalogue, name:variant, or a lab file; * stands for any characters but the colon ('bgp-*', 'bgp-rr:*').
A lab that this machine cannot run is skipped, with the reason.`,
    flags: [
      { flags: '-a, --all', description: 'every lab of the catalogue, variants included' },
      {
        flags: '-j, --jobs <n>',
        description: 'labs at one time (default: by processors and memory)',
        parse: wholeNumber,
      },
      { flags: '--shard <i/n>', description: 'only every n-th lab, beginning with the i-th', parse: shardOf },
      { flags: '--junit <file>', description: 'also write the report as JUnit XML' },
      { flags: '--markdown <file>', description: 'also write the report as Markdown' },
      {
        flags: '--evidence <folder>',
        description: "keep each lab's tables, verdict and captures, in a folder of its own below this one",
      },
      {
        flags: '-t, --timeout <duration>',
        description: 'how long the convergence of a lab may take',
        default: '3m',
        parse: durationMs,
      },
      { flags: '--no-skip', description: 'a lab that this machine cannot run is a failure' },
    ],
    guest: ({ junit, markdown, evidence }) => [junit, markdown, evidence],
    examples: ["labctl test bgp-rr 'vxlan*'", 'labctl test --all --junit labs.xml --shard 1/4'],
    load: async () => (await import('./commands/test.ts')).testCommand,
  });
  addVerb<DiffFlags>(program, door, {
    usage: 'diff <lab> <other>',
    group,
    summary: 'say what differs between two labs: sessions, routes, MTUs, the way of a packet',
    description: `Says what differs between two labs: sessions, routes, devices' MTUs, and a packet's way, wrapping and TTL.\nA lab that runs is looked at; of another the design is taken, which up proves; lab@netns\nand lab@kind are brought up on that engine for the comparison. Names stand for addresses, so that labs\nwith other nodes compare. Exit status 1 when something differs.\nIn all verbs ${reference}.`,
    flags: [{ flags: '-m, --markdown', description: 'print tables in Markdown' }],
    examples: ['labctl diff vxlan vxlan-crosssubnet --markdown', 'labctl diff bgp-rr@netns bgp-rr@kind'],
    load: async () => (await import('./commands/diff.ts')).diffCommand,
  });
  addVerb<ListFlags>(program, door, {
    usage: 'list',
    aliases: ['ls'],
    group,
    summary: 'list the labs of the catalogue',
    flags: [{ flags: '-m, --markdown', description: 'print the table of the README' }],
    examples: ['labctl list', 'labctl list --format json'],
    load: async () => (await import('./commands/list.ts')).listCommand,
  });
  addVerb(program, door, {
    usage: 'ps',
    group,
    summary: 'list the labs that run',
    examples: ['labctl ps', 'labctl ps --format json'],
    load: async () => (await import('./commands/ps.ts')).psCommand,
  });
  addVerb<SetFlags>(program, door, {
    usage: 'plan [lab]',
    group,
    summary: 'print what up would do, with the cause of each step',
    flags: [set, router],
    examples: ['labctl plan bgp-rr', 'labctl plan bgp-rr:article --format json'],
    load: async () => (await import('./commands/plan.ts')).planCommand,
  });
  addVerb<SetFlags>(program, door, {
    usage: 'validate [lab]',
    group,
    summary: 'check a lab file and say everything that is wrong with it',
    flags: [set],
    examples: ['labctl validate bgp-rr', 'labctl validate ./mine.lab.yml'],
    load: async () => (await import('./commands/validate.ts')).validateCommand,
  });
  const render = addVerb<RenderFlags>(program, door, {
    usage: 'render [lab] [folder]',
    group,
    summary: "write a lab's configuration files into a folder",
    flags: [
      set,
      router,
      {
        flags: '--for <what>',
        description:
          'whose files: daemons of the embedded engine; kind and containerlab; Clabernetes; a Kubernetes Job that tests all labs (then only a folder is named)',
        choices: ['netns', 'kind', 'clabernetes', 'job'],
        default: 'netns',
      },
      { flags: '--out <folder>', description: 'where to (default: ./labctl-<lab>)' },
      { flags: '--force', description: 'write into a folder that is not empty' },
    ],
    examples: ['labctl render bgp-rr --for kind ./bgp-rr-kind', 'labctl render --for job ./labctl-job'],
    load: async () => (await import('./commands/render.ts')).renderCommand,
  });
  addVerb<RenderPeersFlags>(render, door, {
    usage: 'peers',
    summary: 'print the BGP sessions that Calico gives a node, for any objects',
    description:
      "Prints the BGP sessions that a node's bird.cfg would have, worked out from Calico's and Kubernetes' objects; no lab is needed. Passwords are named, never shown.",
    flags: [
      {
        flags: '--objects <files...>',
        description: 'objects in YAML or JSON (may be repeated); - reads standard input',
        parse: gathered,
        isRequired: true,
      },
      { flags: '--node <name>', description: 'the node whose sessions they are', isRequired: true },
      {
        flags: '--env <key=value...>',
        description: 'environment of calico-node (may be repeated): CALICO_ROUTER_ID=hash',
        parse: keyValue,
      },
      { flags: '--calico-version <version>', description: 'the release (default: v3.33)' },
    ],
    examples: [
      'labctl render peers --objects objects.yaml --node kube-master --format json',
      'labctl render peers --objects nodes.yaml peers.yaml --node kube-master --env CALICO_ROUTER_ID=hash',
    ],
    load: async () => (await import('./commands/render-peers.ts')).renderPeersCommand,
  });
  addVerb<GraphFlags>(program, door, {
    usage: 'graph [lab]',
    group,
    summary: 'draw a lab',
    flags: [
      set,
      {
        flags: '--as <language>',
        description: 'what to draw it in',
        choices: ['mermaid', 'dot', 'svg'],
        default: 'mermaid',
      },
      { flags: '--out <file>', description: 'write a file instead of stdout' },
    ],
    examples: ['labctl graph bgp-rr', 'labctl graph bgp-rr --as svg --out bgp-rr.svg'],
    load: async () => (await import('./commands/graph.ts')).graphCommand,
  });
}
