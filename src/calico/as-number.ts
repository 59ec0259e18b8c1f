// Owns autonomous system numbers as Calico reads them: 65005, '65005', and asdot '0.65005' (RFC 5396).

const largest = 4294967295;

/**
 * Reads an AS number: a number, digits, or asdot `high.low` with both below 65536 (calico.md A.4). Undefined when it
 * is none, or not in 1..4294967295 (RFC 7607 forbids 0).
 */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? readText(value) : undefined;
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > largest) return undefined;
  return number;
}

function readText(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  const [, high, low] = /^(\d{1,5})\.(\d{1,5})$/.exec(text) ?? [];
  if (high === undefined || low === undefined) return undefined;
  if (Number(high) > 65535 || Number(low) > 65535) return undefined;
  return Number(high) * 65536 + Number(low);
}

/** Why a value that `asNumber` refused is no AS number, as one sentence. */
export function asNumberProblem(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return `${value} was read as a fraction; asdot notation must be quoted`;
  }
  return `${JSON.stringify(value)} is not an AS number: 1 to ${largest}, or 'high.low' with both below 65536`;
}
