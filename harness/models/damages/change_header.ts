/** Where the header of a sound file ends. */
function headerEnd(file: Uint8Array): number {
  return 8 + Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
}

/** The text of a header. */
export function headerText(file: Uint8Array): string {
  return new TextDecoder().decode(file.subarray(8, headerEnd(file)));
}

/** Changes keys of the header; the data stays where it is in relation to the header's end. */
export function withHeader(file: Uint8Array, keys: Readonly<Record<string, unknown>>): Uint8Array {
  const header = JSON.parse(headerText(file)) as object;
  return withHeaderText(file, JSON.stringify({ ...header, ...keys }));
}

/** Gives a file another header; its data stays where it is in relation to the header's end. */
export function withHeaderText(file: Uint8Array, header: string): Uint8Array {
  const end = headerEnd(file);
  const text = new TextEncoder().encode(header);
  const changed = new Uint8Array(8 + text.length + file.length - end);
  new DataView(changed.buffer).setBigUint64(0, BigInt(text.length), true);
  changed.set(text, 8);
  changed.set(file.subarray(end), 8 + text.length);
  return changed;
}

/** Makes room of 512 blanks between the header and the data. */
export function padHeader(file: Uint8Array): Uint8Array {
  const end = headerEnd(file);
  const longer = new Uint8Array(file.length + 512).fill(0x20);
  longer.set(file.subarray(0, end));
  longer.set(file.subarray(end), end + 512);
  new DataView(longer.buffer).setBigUint64(0, BigInt(end - 8 + 512), true);
  return longer;
}
