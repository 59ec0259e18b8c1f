// Owns a capture's filter as it is typed: machines by their names, every form that the lab wraps packets in, and the word of
// tcpdump itself before anything listens.

import { LabError } from '../base/errors.ts';
import { addressBookOf } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import { checkFilter } from '../host/tcpdump.ts';
import { parseFilter } from '../packet/filter/parse.ts';
import { FilterFault } from '../packet/filter/tokens.ts';
import { writeFilter } from '../packet/filter/write.ts';
import type { Engine } from '../plan/engine.ts';

/** What tcpdump is given for an expression on inner packets. Throws USAGE with the place of what cannot be taken. */
export async function captureFilter(
  design: Design,
  engine: Pick<Engine, 'shell'>,
  text: string,
  machine: string,
): Promise<string> {
  const written = writeFilter(parsed(design, text));
  await checkFilter(engine.shell(machine), written);
  return written;
}

function parsed(design: Design, text: string): ReturnType<typeof parseFilter> {
  const book = addressBookOf(design);
  const resolve = (name: string): readonly string[] => {
    const machine = findMachine(design, name)?.name;
    return [...book].filter(([, place]) => place.machine === machine).map(([address]) => address);
  };
  try {
    return parseFilter(text, resolve);
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    throw new LabError('USAGE', error.message, {
      at: { file: '--filter', line: 1, column: error.at + 1, text, width: error.width },
      hint: "--filter 'tcp port 80 and host pod-b'",
    });
  }
}
