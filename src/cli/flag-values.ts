// Owns reading the values of flags and of the environment variables that stand for them.

import { InvalidArgumentError, type Option } from 'commander';
import { LabError } from '../base/errors.ts';

/** `60s`, `500ms`, `2m`, `1m30s`, or a number of seconds, in milliseconds. */
export function durationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (/^\d+(\.\d+)?$/.test(text)) return positive(Number(text) * 1000, text);
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('Write a duration such as 60s, 500ms or 2m.');
  }
  let sum = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g))
    sum += Number(number) * (units[unit ?? 's'] ?? 0);
  return positive(sum, text);
}

function positive(ms: number, text: string): number {
  if (ms > 0 && ms <= 24 * 3_600_000) return ms;
  throw new InvalidArgumentError(`${text} is not between 1ms and 24h.`);
}

/** A whole number of at least 1. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number of at least 1.');
}

/** A share of a hundred: `1`, `0.5`. */
export function percent(text: string): number {
  const share = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && share <= 100) return share;
  throw new InvalidArgumentError('Write a number of percent from 0 to 100.');
}

/** `2/4`: the second of four parts. */
export function shardOf(text: string): { readonly index: number; readonly of: number } {
  const [index = 0, of = 0] = (/^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? []).slice(1).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new InvalidArgumentError('Write i/n with i from 1 to n, such as 1/4.');
}

/** `2s/5`: a period of two seconds, five times. */
export function flapOf(text: string): { readonly periodMs: number; readonly count: number } {
  const [, period = '', count = ''] = /^([^/]+)\/([1-9]\d{0,3})$/.exec(text) ?? [];
  if (count === '') throw new InvalidArgumentError('Write period/count, such as 2s/5.');
  return { periodMs: durationMs(period), count: Number(count) };
}

/** Gathers a flag that may be given several times. */
export function gathered(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), text];
}

/** Gathers `KEY=VALUE` of a flag that may be given several times; the value may be empty, and a later one counts. */
export function keyValue(
  text: string,
  previous: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('Write KEY=VALUE.');
  return { ...previous, [key]: value };
}

/** Counts a flag that may be repeated (`-vv`). */
export function counted(_text: unknown, previous: number | undefined): number {
  return (previous ?? 0) + 1;
}

/** `LABCTL_UP_DRY_RUN` for `--dry-run` of `up`; `LABCTL_CALICOCTL_GET_OUTPUT` for a verb under a verb. */
export function environmentName(verbs: readonly string[], option: Option): string {
  const words = ['labctl', ...verbs, option.long?.slice(2) ?? option.name()];
  return words.join('_').replaceAll('-', '_').toUpperCase();
}

/** The value an environment variable gives a flag. Throws USAGE naming the variable when it is not one. */
export function environmentValue(option: Option, name: string, text: string): unknown {
  try {
    if (isSwitch(option)) return truth(text) !== option.negate;
    if (option.parseArg === (gathered as unknown)) return text.split(',').map((part) => part.trim());
    return option.parseArg === undefined ? text : (option.parseArg(text, undefined as never) as unknown);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new LabError('USAGE', `${name}=${text}: ${error.message}`, { hint: `unset ${name}, or give ${option.long}` });
  }
}

function isSwitch(option: Option): boolean {
  return !option.required && !option.optional && option.parseArg === undefined;
}

function truth(text: string): boolean {
  if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true;
  if (['0', 'false', 'no', 'off', ''].includes(text.toLowerCase())) return false;
  throw new InvalidArgumentError('Write true or false.');
}

/** Values to set in a lab: those of --set, then what --router stands for. */
export function settingsOf(flags: { readonly set?: readonly string[]; readonly router?: string }): readonly string[] {
  const router = flags.router === undefined ? [] : [`engines.kind.routers=${flags.router}`];
  return [...(flags.set ?? []), ...router];
}
