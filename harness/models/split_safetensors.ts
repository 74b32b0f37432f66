import type { Dtype, Tensor } from "./write_safetensors.ts";

/** What a header says about one tensor. */
export interface HeaderEntry {
  dtype: string;
  shape: number[];
  /** First byte and the byte after the last, counted from the end of the header. */
  data_offsets: [number, number];
}

/** A sound file, taken apart so that one part can be made wrong. */
export interface SafetensorsParts {
  readonly metadata: Readonly<Record<string, string>>;
  /** The tensors' entries by name, in the order of the file. */
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly data: Uint8Array;
  /** Position of `data` in the file. */
  readonly dataStartBytes: number;
}

/** Takes a sound file apart, for damages and tests; it trusts the file, which this harness wrote itself. */
export function splitSafetensors(file: Uint8Array): SafetensorsParts {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const dataStartBytes = 8 + Number(view.getBigUint64(0, true));
  const text = new TextDecoder().decode(file.subarray(8, dataStartBytes));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(text) as {
    __metadata__?: Record<string, string>;
  } & Record<string, HeaderEntry>;
  return {
    metadata: metadata as Record<string, string>,
    entries: new Map(Object.entries(entries as Record<string, HeaderEntry>)),
    data: file.subarray(dataStartBytes),
    dataStartBytes,
  };
}

/** The tensors of a sound file, in its order. */
export function tensorsOf(file: Uint8Array): Tensor[] {
  const { entries, data } = splitSafetensors(file);
  return [...entries].map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [start, end],
      },
    ]) => ({
      name,
      dtype: dtype as Dtype,
      shape,
      data: data.subarray(start, end),
    }),
  );
}
