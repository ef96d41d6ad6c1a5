/** The text form of an objectGUID: its first three fields are stored little-endian. null unless there are 16 bytes. */
export function guidText(bytes: Uint8Array): string | null {
  if (bytes.length !== 16) return null;
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((at) => bytes[at]!.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The S-1-… form of an objectSid, or null if the bytes are no SID. */
export function sidText(bytes: Uint8Array): string | null {
  const count = bytes[1] ?? 0;
  if (bytes.length !== 8 + 4 * count || bytes[0] !== 1) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  const parts = Array.from({ length: count }, (_unused, at) => view.getUint32(8 + 4 * at, true));
  return ["S", 1, authority, ...parts].join("-");
}

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** A GUID in text, also with braces or as the X'hex' of csvde (raw bytes); null if it is none. Lower case. */
export function readGuid(text: string): string | null {
  const plain = GUID.exec(text)?.[1];
  if (plain !== undefined) return plain.toLowerCase();
  const hex = /^X'([0-9a-f]{32})'$/i.exec(text)?.[1];
  return hex === undefined ? null : guidText(Buffer.from(hex, "hex"));
}
