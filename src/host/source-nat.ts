// Owns the source translations of a machine: the masquerade and snat rules of its nft ruleset, and which one takes a packet.

import { containsPrefix, parseAddress, parsePrefix } from '../base/address.ts';
import type { Shell } from '../base/shell.ts';
import type { Asked } from './asked.ts';

/** A rule that translates sources, with what its sets held when it was read. */
export interface SourceNatRule {
  /** As nft writes it. */
  readonly text: string;
  /** `ip` or `ip6`. */
  readonly family: string;
  readonly sets: ReadonlyMap<string, readonly string[]>;
  /** Only what kube-proxy marked gets there. */
  readonly isForMarked: boolean;
}

/** What of a packet the rules look at. */
export interface LeavingPacket {
  readonly source: string;
  readonly destination: string;
  /** kube-proxy marked it. */
  readonly isMarked?: boolean;
  /** The device it leaves by. */
  readonly dev: string;
  /** The machine's addresses, and those of `dev`. */
  readonly ownAddresses: ReadonlySet<string>;
  readonly devAddresses: ReadonlySet<string>;
}

const argv = ['nft', 'list', 'ruleset'];

/** Reads the rules of all postrouting nat chains, in order. A machine without nft or rules has none. */
export async function readSourceNat(shell: Shell, signal?: AbortSignal): Promise<readonly SourceNatRule[]> {
  const ran = await shell.run(argv, { signal, onFailure: 'return' });
  return ran.exitCode === 0 ? parseSourceNat(ran.stdout) : [];
}

/** The question and answer that show a rule. */
export function askedOf(rule: SourceNatRule): Asked {
  return { argv, answer: rule.text };
}

/** Reads the text of `nft list ruleset`. */
export function parseSourceNat(text: string): readonly SourceNatRule[] {
  const rules: SourceNatRule[] = [];
  for (const [, family = '', body = ''] of text.matchAll(/^table (\S+) \S+ \{\n([\s\S]*?)^\}/gm)) {
    const sets = new Map<string, readonly string[]>();
    for (const [, name = '', set = ''] of body.matchAll(/^\tset (\S+) \{\n([\s\S]*?)^\t\}/gm)) {
      const elements = /elements = \{([\s\S]*?)\}/.exec(set)?.[1] ?? '';
      sets.set(
        name,
        elements
          .split(',')
          .map((element) => element.trim())
          .filter((element) => element !== ''),
      );
    }
    for (const [, chain = ''] of body.matchAll(/^\tchain \S+ \{\n([\s\S]*?)^\t\}/gm)) {
      if (!/type nat hook postrouting/.test(chain)) continue;
      let isForMarked = false;
      for (const line of chain.split('\n').map((row) => row.trim())) {
        // kube-proxy marks what goes to a service, and nothing else has a mark.
        if (/^meta mark .*!= .* return$/.test(line)) isForMarked = true;
        if (/\b(masquerade|snat)\b/.test(line)) rules.push({ text: line, family, sets, isForMarked });
      }
    }
  }
  return rules;
}

/** The first rule that takes the packet. A rule with a condition that is not known here is passed over. */
export function ruleFor(rules: readonly SourceNatRule[], packet: LeavingPacket): SourceNatRule | undefined {
  return rules.find((rule) => takes(rule, packet));
}

const condition = /^(?:(ip6?) (saddr|daddr)|(oifname)|(fib saddr(?: \. oif)? type)) (!= )?(\{[^}]*\}|"[^"]*"|\S+)\s*/;

function takes(rule: SourceNatRule, packet: LeavingPacket): boolean {
  const family = packet.destination.includes(':') ? 'ip6' : 'ip';
  if (rule.family !== family && rule.family !== 'inet') return false;
  if (rule.isForMarked && packet.isMarked !== true) return false;
  let rest = rule.text;
  while (!/^(masquerade|snat|counter)\b/.test(rest)) {
    const match = condition.exec(rest);
    if (match === null) return false;
    const [whole, header, side, byDevice, byFib, not, value = ''] = match;
    let holds = false;
    if (side !== undefined) {
      const address = side === 'saddr' ? packet.source : packet.destination;
      holds = header === family && isIn(address, value, rule.sets);
    } else if (byDevice !== undefined) {
      const name = value.replaceAll('"', '');
      holds = name.endsWith('*') ? packet.dev.startsWith(name.slice(0, -1)) : packet.dev === name;
    } else if (byFib !== undefined) {
      const addresses = byFib.includes('oif') ? packet.devAddresses : packet.ownAddresses;
      holds = value === 'local' && addresses.has(packet.source);
    }
    if (holds === (not !== undefined)) return false;
    rest = rest.slice(whole.length);
  }
  return true;
}

function isIn(text: string, value: string, sets: SourceNatRule['sets']): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const members = value.startsWith('@')
    ? (sets.get(value.slice(1)) ?? [])
    : value
        .replace(/[{}]/g, '')
        .split(',')
        .map((member) => member.trim());
  return members.some((member) => {
    const prefix = parsePrefix(member.includes('/') ? member : `${member}/${address.family === 4 ? 32 : 128}`);
    return prefix !== undefined && containsPrefix(prefix, address);
  });
}
