// Owns what a machine's nft ruleset does to a connection to a service: kube-proxy's chains, followed as the kernel follows them.

import { containsPrefix, parseAddress, parsePrefix } from '../base/address.ts';
import type { Shell } from '../base/shell.ts';
import type { Asked } from './asked.ts';

/** Lines of every chain of the tables that have kube-proxy's. */
export type ServiceChains = ReadonlyMap<string, readonly string[]>;

/** What of a connection's first packet the rules look at. */
export interface FirstPacket {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly ownAddresses: ReadonlySet<string>;
}

/** Where a connection is sent instead. */
export interface ServiceNat {
  readonly to: string;
  readonly port: number;
  /** As many endpoints the choice was among, each as likely. */
  readonly choices: number;
  /** It leaves as this machine's own. */
  readonly isMasqueraded: boolean;
  /** The rules that took it, in their order. */
  readonly asked: Asked;
}

const argv = ['nft', 'list', 'ruleset'];
const entry = 'KUBE-SERVICES';

/** Reads kube-proxy's chains. A machine without nft or rules has none. */
export async function readServiceChains(shell: Shell, signal?: AbortSignal): Promise<ServiceChains> {
  const ran = await shell.run(argv, { signal, onFailure: 'return' });
  return ran.exitCode === 0 ? parseServiceChains(ran.stdout) : new Map();
}

/** Reads the text of `nft list ruleset`. */
export function parseServiceChains(text: string): ServiceChains {
  const chains = new Map<string, readonly string[]>();
  for (const [, name = '', body = ''] of text.matchAll(/^\tchain (KUBE-\S+) \{\n([\s\S]*?)^\t\}/gm))
    chains.set(
      name,
      body.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])),
    );
  return chains;
}

/** What the chains make of a packet; undefined when they leave it. Of endpoints chosen by chance the first is taken. */
export function serviceNatOf(chains: ServiceChains, packet: FirstPacket): ServiceNat | undefined {
  const rules: string[] = [];
  let [choices, isMasqueraded] = [1, false];
  const follow = (
    chain: string,
    depth: number,
  ): { readonly to: string; readonly port: number } | 'done' | undefined => {
    for (const line of depth > 8 ? [] : (chains.get(chain) ?? [])) {
      const verdict = verdictOf(line, packet);
      if (verdict === undefined) continue;
      const [, mod, first] = /^numgen random mod (\d+) vmap \{ 0 : goto (\S+?)[, ]/.exec(verdict) ?? [];
      const [, word, target] = /^(jump|goto) (\S+)/.exec(verdict) ?? [];
      const [, to, port] = /^dnat to \[?([^\s\]]+?)\]?:(\d+)/.exec(verdict) ?? [];
      const next = first ?? target;
      if (verdict.startsWith('meta mark set')) isMasqueraded = true;
      else if (to !== undefined) {
        rules.push(line);
        return { to, port: Number(port) };
      } else if (next !== undefined) {
        rules.push(line);
        choices *= Number(mod ?? 1);
        const found = follow(next, depth + 1);
        if (found !== undefined) return found;
        if (word !== 'jump') return 'done';
      }
    }
    return undefined;
  };
  const found = follow(entry, 0);
  if (found === undefined || found === 'done') return undefined;
  return { ...found, choices, isMasqueraded, asked: { argv, answer: rules.join('\n') } };
}

/** The rule that drops a connection for which this machine has no endpoint (externalTrafficPolicy Local). */
export function serviceDropOf(chains: ServiceChains, packet: FirstPacket): string | undefined {
  return chains.get('KUBE-EXTERNAL-SERVICES')?.find((line) => verdictOf(line, packet) === 'drop');
}

const condition =
  /^(?:ip (saddr|daddr) (!= )?(\S+)|tcp dport (\d+)|(meta l4proto tcp)|fib (saddr|daddr) type local|counter packets \d+ bytes \d+)\s*/;

/** What a rule does when all its conditions hold. */
function verdictOf(line: string, packet: FirstPacket): string | undefined {
  let rest = line;
  for (let match = condition.exec(rest); match !== null; match = condition.exec(rest)) {
    const [whole, side, not, prefix = '', port, , local] = match;
    if (side !== undefined && isIn(addressOf(packet, side), prefix) === (not !== undefined)) return undefined;
    if (port !== undefined && Number(port) !== packet.port) return undefined;
    if (local !== undefined && !packet.ownAddresses.has(addressOf(packet, local))) return undefined;
    rest = rest.slice(whole.length);
  }
  return rest;
}

function addressOf({ source, destination }: FirstPacket, side: string): string {
  return side === 'saddr' ? source : destination;
}

function isIn(text: string, value: string): boolean {
  const [address, prefix] = [parseAddress(text), parsePrefix(value.includes('/') ? value : `${value}/32`)];
  return address !== undefined && prefix !== undefined && containsPrefix(prefix, address);
}
