// Owns getting one text from the network: with a time limit, and a plain word when it does not come.

import { LabError } from '../base/errors.ts';

const limitMs = 20_000;

/** The body of an http(s) address. Throws USAGE (exit status 1) with the address and the cause. */
export async function download(
  address: string,
  options: { readonly signal: AbortSignal; readonly hint: string },
): Promise<string> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(limitMs)]);
  try {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    return await response.text();
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new LabError('USAGE', `cannot get ${address}: ${why}`, { hint: options.hint, exitCode: 1, cause: error });
  }
}
