// Owns writing an archive of files as tar, compressed by gzip: POSIX ustar, readable by any tar.

import { gzipSync } from 'node:zlib';

/** Longest name in a header's first field. */
const longestName = 100;

/**
 * The bytes of `<folder>/<name>` for each file, in their order, readable by their owner alone. The same files give the same bytes:
 * no time is in them. Throws RangeError for a name that ustar cannot hold.
 */
export function tarGz(folder: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const blocks = [...files].flatMap(([name, bytes]) => {
    const padding = new Uint8Array((512 - (bytes.length % 512)) % 512);
    return [header(`${folder}/${name}`, bytes.length), bytes, padding];
  });
  return gzipSync(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

/** One header block; a long name is split at a slash between the two fields that there are. */
function header(path: string, size: number): Buffer {
  const slash = path.length <= longestName ? -1 : path.indexOf('/', path.length - longestName - 1);
  const name = path.slice(slash + 1);
  if (Buffer.byteLength(name) > longestName || slash > 155) throw new RangeError(`too long for an archive: ${path}`);
  const block = Buffer.alloc(512);
  const put = (at: number, text: string): number => block.write(text, at);
  put(0, name);
  put(100, '0000600\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\0');
  put(263, '00');
  if (slash > 0) put(345, path.slice(0, slash));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}
