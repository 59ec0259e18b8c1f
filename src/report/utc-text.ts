// Owns times of day as text. A corrupt file may state any second: those that no calendar has are told as a number.

/** Seconds since 1970 as `2022-11-13 04:19:12`. */
export function utcText(seconds: number): string {
  return calendar(Math.floor(seconds))?.replace('T', ' ') ?? `${seconds} s since 1970`;
}

/** A second since 1970 and nanoseconds from there, of any size and sign, as `2022-11-13T04:19:12.123456000Z`. */
export function isoText(second: number, nanoseconds: number): string | undefined {
  const whole = Math.floor(nanoseconds / 1e9);
  const rest = Math.min(Math.max(Math.floor(nanoseconds - whole * 1e9), 0), 999_999_999);
  const date = calendar(second + whole);
  return date === undefined ? undefined : `${date}.${String(rest).padStart(9, '0')}Z`;
}

/** Undefined outside the years 0 to 9999. */
function calendar(seconds: number): string | undefined {
  if (!(seconds > -62_167_219_200 && seconds < 253_402_300_800)) return undefined;
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}
