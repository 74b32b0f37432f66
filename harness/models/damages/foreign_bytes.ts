/** What a captive portal or a proxy answers, with status 200, instead of a file. */
export const HTML_PAGE: Uint8Array = new TextEncoder().encode(
  "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><h1>Welcome</h1></body></html>\n",
);

/** Longest header in bytes that the safetensors library accepts; MLX refuses this length already. */
export const HEADER_LENGTH_LIMIT_BYTES = 100_000_000;

/** Writes the AppleDouble sidecar that macOS leaves on volumes without extended attributes. */
export function appleDouble(): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x00051607);
  view.setUint32(4, 0x00020000);
  bytes.set(new TextEncoder().encode("Mac OS X        "), 8);
  view.setUint16(24, 2);
  // Entry 9 is the Finder's information with the extended attributes, entry 2 the resource fork.
  [9, 50, 3760, 2, 3810, 286].forEach((value, index) => view.setUint32(26 + index * 4, value));
  bytes.set(new TextEncoder().encode("This resource fork intentionally left blank"), 3822);
  return bytes;
}
