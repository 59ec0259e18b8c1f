// Owns what a BGP NOTIFICATION's numbers mean (RFC 4271 section 4.5, RFC 4486, RFC 8538, RFC 9384).

const errors: Readonly<Record<number, string>> = {
  1: 'message header error',
  2: 'OPEN error',
  3: 'UPDATE error',
  4: 'hold timer expired',
  5: 'finite state machine error',
  6: 'Cease',
};

const openErrors: Readonly<Record<number, string>> = {
  1: 'unsupported version',
  2: 'bad peer AS',
  3: 'bad BGP identifier',
  4: 'unsupported optional parameter',
  6: 'unacceptable hold time',
  11: 'role mismatch',
};

const ceaseReasons: Readonly<Record<number, string>> = {
  1: 'maximum number of prefixes reached',
  2: 'administrative shutdown',
  3: 'peer de-configured',
  4: 'administrative reset',
  5: 'connection rejected',
  6: 'other configuration change',
  7: 'connection collision resolution',
  8: 'out of resources',
  9: 'hard reset',
  10: 'BFD down',
};

/** The error, and where it is known its reason: `['Cease', 'administrative shutdown']`. */
export function notificationText(code: number, subcode: number): readonly string[] {
  const reason = { 2: openErrors, 6: ceaseReasons }[code]?.[subcode];
  return [errors[code], reason].filter((text) => text !== undefined);
}
