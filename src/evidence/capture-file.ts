// Owns reading capture files from disk, gzip-compressed ones too, in pieces.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
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
      if (piece[0] === 0x1f && piece[1] === 0x8b) return await readCompressed(path, parser);
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
    throw new LabError('STATE_UNREADABLE', `cannot read ${path}: ${message}`, { cause: error });
  }
  return parser.end();
}

/** A compressed file that ends too early gives what came before. */
async function readCompressed(path: string, parser: CaptureParser): Promise<CaptureFileFacts> {
  let fault: string | undefined;
  try {
    for await (const piece of createReadStream(path).pipe(createGunzip())) parser.push(piece as Buffer);
  } catch (error) {
    fault = (error as Error).message;
  }
  const facts = parser.end();
  if (fault === undefined) return facts;
  return { ...facts, problems: [...facts.problems, { offset: 0, message: `gzip: ${fault}` }] };
}
