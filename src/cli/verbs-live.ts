// Owns the declarations of the verbs that work inside a running lab.

import type { Command } from 'commander';
import { languages } from '../report/languages.ts';
import type { CaptureFlags } from './commands/capture-flags.ts';
import type { CollectFlags } from './commands/collect.ts';

import type { ExecFlags } from './commands/exec.ts';
import type { ExplainFlags } from './commands/explain.ts';
import type { FailFlags } from './commands/fail.ts';
import type { StatusFlags } from './commands/status.ts';
import type { VerifyFlags } from './commands/verify.ts';
import { durationMs, flapOf, gathered, wholeNumber } from './flag-values.ts';
import { addVerb, type Door } from './verb.ts';

const group = 'In a running lab:';

const machine = 'A machine is a router, a node (worker2 or its full name) or a pod; bgp-rr/leaf0 names its lab too.';

/** Adds status, exec, shell, capture, explain and verify. */
export function addLiveVerbs(program: Command, door: Door): void {
  addVerb<StatusFlags>(program, door, {
    usage: 'status [lab]',
    aliases: ['inspect'],
    group,
    summary: 'show nodes, routers, sessions, and routes expected and seen',
    flags: [{ flags: '--differences', description: 'list what the engine shows otherwise than a real cluster' }],
    examples: ['labctl status', 'labctl status bgp-rr --differences'],
    load: async () => (await import('./commands/status.ts')).statusCommand,
  });
  addVerb<ExecFlags>(program, door, {
    usage: 'exec <machine> <command...>',
    group,
    summary: 'run a command in a router, node or pod',
    description: `Runs a command and returns its exit code. ${machine}`,
    flags: [
      { flags: '-i, --interactive', description: 'hand standard input on' },
      { flags: '-t, --tty', description: 'insist on a terminal' },
    ],
    passThrough: true,
    examples: ['labctl exec leaf0 -- vtysh -c "show bgp summary"', 'labctl exec -it pod-a -- sh'],
    load: async () => (await import('./commands/exec.ts')).execCommand,
  });
  addVerb(program, door, {
    usage: 'shell <machine>',
    group,
    summary: 'open a shell in a router, node or pod',
    description: `Opens bash, or sh where there is none. ${machine}`,
    examples: ['labctl shell worker2', 'labctl shell bgp-rr/leaf0'],
    load: async () => (await import('./commands/shell.ts')).shellCommand,
  });
  addVerb(program, door, {
    usage: 'kubectl <words...>',
    group,
    summary: 'run kubectl for a lab on kind',
    description:
      "Runs kubectl with the lab's own kubeconfig, which stands in no other place. Returns kubectl's exit code.",
    passThrough: true,
    examples: ['labctl kubectl -- get pods --all-namespaces', 'labctl --lab bgp-rr kubectl -- logs ds/calico-node'],
    load: async () => (await import('./commands/kubectl.ts')).kubectlCommand,
  });
  addVerb(program, door, {
    usage: 'env [lab]',
    group,
    summary: 'print what a shell needs to reach a lab on kind',
    examples: ['source <(labctl env)', 'labctl env bgp-rr --format json'],
    load: async () => (await import('./commands/kubectl.ts')).envCommand,
  });
  addVerb<CaptureFlags>(program, door, {
    usage: 'capture [from] [to]',
    group,
    summary: 'follow a packet through every interface between two pods, nodes, to a service or an address',
    description: `Listens at every interface on the way, sends a ping (or --tcp, --http, --udp), and shows it hop by hop; a pcap file a point. ${machine} The target may also be a service, a node and --tcp with a service's node port, or an address.`,
    flags: [
      {
        flags: '-c, --count <n>',
        description:
          'how many probes to send, at most 100 (default: 1); more than one also tells the time of each step',
        parse: wholeNumber,
      },
      { flags: '-6, --ipv6', description: 'use the IPv6 address, in a dual-stack lab' },
      {
        flags: '--size <bytes>',
        description: 'size of the IP packet of an echo or a datagram',
        parse: wholeNumber,
      },
      { flags: '--df', description: 'the echo must not be fragmented' },
      { flags: '--tcp [port]', description: 'connect by TCP (port 80) and close again', parse: wholeNumber },
      { flags: '--http', description: 'ask the HTTP server of a pod, on port 80' },
      { flags: '--udp <port>', description: 'send a datagram', parse: wholeNumber },
      {
        flags: '--at <place>',
        description: 'listen only there: a machine, node:interface, a link, pod, node, router (may be repeated)',
        parse: gathered,
      },
      {
        flags: '--filter <expression>',
        description: "record only what this pcap filter takes, plain or in a tunnel: 'tcp port 80 and host pod-b'",
      },
      { flags: '--all', description: 'listen at every interface of the lab' },
      {
        flags: '--bgp',
        description:
          'listen to the BGP sessions of all or of the named machines, and tell every message; sends nothing',
      },
      { flags: '--no-probe', description: 'send nothing, only listen; until --duration, a limit or Ctrl-C' },
      { flags: '--duration <time>', description: 'listen that long (5s, 2m)', parse: durationMs },
      { flags: '--max-size <bytes>', description: 'stop when the files have so many bytes', parse: wholeNumber },
      { flags: '--max-packets <n>', description: 'stop when so many packets were caught', parse: wholeNumber },
      { flags: '--expect', description: 'exit with 1 unless the way is the one that the design expects' },
      { flags: '--wide', description: 'show Ethernet addresses too (also -v)' },
      { flags: '--as <form>', description: 'form of the text', choices: ['text', 'markdown'], default: 'text' },
      { flags: '--html <file>', description: 'also write a page: the topology with the way drawn, step by step' },
      { flags: '--out <folder>', description: 'where the pcap files go (default: ./labctl-<lab>/capture-<n>)' },
      { flags: '-w, --write <->', description: 'write one pcapng file to standard output, for wireshark -k -i -' },
      { flags: '-r, --read <file...>', description: 'analyze files instead, as labctl analyze does; needs no lab' },
    ],
    examples: ['labctl capture pod-a pod-b --expect', 'labctl capture --bgp leaf0 --duration 10s'],
    load: async () => (await import('./commands/capture.ts')).captureCommand,
  });
  addVerb<ExplainFlags>(program, door, {
    usage: 'explain <from> <to>',
    group,
    summary: 'tell how a packet goes between pods, nodes or to a service, entry by entry',
    description: `Sends a ping, then asks every machine on its way: which route, which neighbor, which tunnel end. ${machine} The target may also be a service, by name or address: then it is a connection, and nodes are asked for their service rules, too.`,
    flags: [
      { flags: '--lang <language>', description: 'the language it is told in', choices: languages, default: 'en' },
      { flags: '--markdown', description: 'write Markdown' },
      { flags: '-6, --ipv6', description: 'follow the IPv6 address, in a dual-stack lab' },
      { flags: '--with-capture', description: 'add what was captured at each step' },
    ],
    examples: ['labctl explain pod-a pod-b --lang zh --markdown', 'labctl explain client web'],
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  });
  addVerb<FailFlags>(program, door, {
    usage: 'fail <what> <target>',
    group,
    summary: 'break a link, a node or a daemon, until it is healed',
    description:
      'Breaks a link (leaf0:eth1, or leaf0:spine0 where only one leads there), a node or router (all its cables), or a daemon (leaf0/bgpd, worker/bird).',
    flags: [
      {
        flags: '--measure',
        description:
          'ping between pods every 10 ms, tell what was lost each way, when tables moved, what BGP said, and heal',
      },
      { flags: '--pods <names>', description: 'the pods to ping between: pod-a,pod-b (default: all)' },
      {
        flags: '--for <duration>',
        description: 'how long to look on after each change',
        default: '10s',
        parse: durationMs,
      },
      {
        flags: '--repeat <n>',
        description: 'measure so often, and tell median and 95th percentile of each figure',
        parse: wholeNumber,
      },
      {
        flags: '--flap <period/count>',
        description: 'break and heal in turn: 2s/5 is five times one second down, one second up',
        parse: flapOf,
      },
    ],
    examples: [
      'labctl fail link leaf0:spine0',
      'labctl fail link leaf0:spine0 --measure --pods pod-a,pod-b --repeat 5',
    ],
    load: async () => (await import('./commands/fail.ts')).failCommand,
  });
  addVerb(program, door, {
    usage: 'heal [what] [target]',
    group,
    summary: 'mend what labctl fail has broken: all, or what is named',
    examples: ['labctl heal', 'labctl heal link leaf0:eth1'],
    load: async () => (await import('./commands/fail.ts')).healCommand,
  });
  addVerb<CollectFlags>(program, door, {
    usage: 'collect [lab]',
    group,
    summary: 'put all that tells how a lab stands into one archive',
    description:
      'Writes the resolved lab, versions, configurations, the tables of every machine, logs, reports and a capture of a ping into a tar.gz file. Passwords are removed from all of it.',
    flags: [
      { flags: '--out <file>', description: 'where to (default: ./labctl-<lab>.tar.gz)' },
      { flags: '--force', description: 'replace a file that is there' },
    ],
    examples: ['labctl collect', 'labctl collect bgp-rr --out evidence.tar.gz'],
    load: async () => (await import('./commands/collect.ts')).collectCommand,
  });
  addVerb<VerifyFlags>(program, door, {
    usage: 'verify [lab]',
    group,
    summary: "check the lab's sessions, routes and its own expect: list",
    flags: [
      {
        flags: '-t, --timeout <duration>',
        description: 'how long to wait until all is true',
        default: '10s',
        parse: durationMs,
      },
      { flags: '--hold <duration>', description: 'how long it must stay true', parse: durationMs },
      { flags: '--junit-file <file>', description: 'also write the verdict as JUnit XML' },
      { flags: '-m, --markdown', description: 'print the verdict as Markdown' },
      {
        flags: '--with-failover',
        description: 'also break what the failover: lines name, measure, and heal: it disturbs the lab',
      },
    ],
    examples: ['labctl verify', 'labctl verify bgp-rr --hold 10s --junit-file verify.xml'],
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  });
}
