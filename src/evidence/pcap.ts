// Owns what was seen on the wire and by probes, starting with the pcap file format (classic, all four byte orders and units).

/** One captured frame. */
export interface PcapFrame {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly bytes: Uint8Array;
  /** Length on the wire; more than `bytes` when the frame was cut. */
  readonly length: number;
}

/** A pcap file, read. */
export interface Pcap {
  /** LINKTYPE_ value: 1 Ethernet, 101 raw IP. */
  readonly linkType: number;
  readonly frames: readonly PcapFrame[];
  /** The file ends inside a frame (its writer was ended). */
  readonly isCut: boolean;
}

const microseconds = 0xa1b2c3d4;
const nanoseconds = 0xa1b23c4d;
const headerLength = 24;
const recordLength = 16;
/** libpcap's own limit of a frame (MAXIMUM_SNAPLEN). */
const longestFrame = 262144;

/** Reads a pcap file (draft-ietf-opsawg-pcap); undefined when it is none. A cut last frame is left out. */
export function readPcap(bytes: Uint8Array): Pcap | undefined {
  if (bytes.length < headerLength) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = [microseconds, nanoseconds].includes(view.getUint32(0, true));
  const magic = view.getUint32(0, isLittle);
  if (magic !== microseconds && magic !== nanoseconds) return undefined;
  const unit = magic === nanoseconds ? 1n : 1000n;
  const linkType = view.getUint32(20, isLittle) & 0x0fffffff;
  const frames: PcapFrame[] = [];
  let at = headerLength;
  while (at + recordLength <= bytes.length) {
    const kept = view.getUint32(at + 8, isLittle);
    const end = at + recordLength + kept;
    if (kept > longestFrame || end > bytes.length) break;
    const time =
      BigInt(view.getUint32(at, isLittle)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, isLittle)) * unit;
    frames.push({ time, bytes: bytes.subarray(at + recordLength, end), length: view.getUint32(at + 12, isLittle) });
    at = end;
  }
  return { linkType, frames, isCut: at !== bytes.length };
}
