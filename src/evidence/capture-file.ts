// Owns reading capture files from disk, gzip-compressed ones too, in pieces.

import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LabError } from '../base/errors.ts';
import { CaptureParser } from '../packet/capture-parser.ts';
import type { CaptureFileFacts, Frame } from '../packet/frame.ts';

const pieceLength = 4 * 1024 * 1024;

/**
 * Reads a pcap or pcapng file and hands out its frames in the order of the file. A truncated or corrupt file gives
 * what can be had; the facts say what is wrong. Throws STATE_UNREADABLE when it cannot be opened.
 */
export async function readCaptureFile(path: string, onFrame: (frame: Frame) => void): Promise<CaptureFileFacts> {
  const parser = new CaptureParser(onFrame);
  try {
    const file = await open(path);
    try {
      const piece = Buffer.allocUnsafe(pieceLength);
      let { bytesRead } = await file.read(piece, 0, pieceLength);
      if (bytesRead > 1 && piece[0] === 0x1f && piece[1] === 0x8b) {
        return await readCompressed(piecesFrom(file, Buffer.from(piece.subarray(0, bytesRead))), parser);
      }
      while (bytesRead > 0) {
        parser.push(piece.subarray(0, bytesRead));
        ({ bytesRead } = await file.read(piece, 0, pieceLength));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const hint = code === 'EISDIR' ? `labctl analyze ${path}/*.pcap` : undefined;
    throw new LabError('STATE_UNREADABLE', `cannot read ${path}: ${message}`, { hint, cause: error });
  }
  return parser.end();
}

/** What was read and all that follows; a pipe cannot be read twice. */
async function* piecesFrom(file: FileHandle, first: Buffer): AsyncGenerator<Buffer> {
  yield first;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(first.length), 0, first.length);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A compressed file that ends too early gives what came before. */
async function readCompressed(pieces: AsyncIterable<Buffer>, parser: CaptureParser): Promise<CaptureFileFacts> {
  let fault: string | undefined;
  try {
    for await (const piece of Readable.from(pieces).pipe(createGunzip())) parser.push(piece as Buffer);
  } catch (error) {
    fault = (error as Error).message;
  }
  const facts = parser.end();
  if (fault === undefined) return facts;
  return { ...facts, problems: [...facts.problems, { offset: 0, message: `gzip: ${fault}` }] };
}
