import type { CheckCause } from "../../../spec/mod.ts";
import {
  type Damage,
  type DamageEntry,
  isAffine,
  namedDamages,
  pick,
  pickWeights,
  tensorPlaces,
  withFile,
} from "./damage.ts";
import { lfsPointer } from "../../hub/hub_file.ts";
import { appleDouble, HTML_PAGE } from "./foreign_bytes.ts";
import { splitSafetensors } from "../split_safetensors.ts";

/** Bytes that a disk or a download spoils at once. */
const BLOCK_BYTES = 4096;

/** A weight file whose bytes are too few, too many, or others: `LOAD-TRUNCATED` to `LOAD-EMPTY`. */
export const BYTE_DAMAGES: readonly Damage[] = namedDamages({
  "weights-cut-to-half": cut("truncated", (file) => file.length >>> 1),
  "weights-one-byte-short": cut("truncated", (file) => file.length - 1),
  "weights-cut-after-header": cut("truncated", (file) => splitSafetensors(file).dataStartBytes),
  "weights-cut-in-header": cut("truncated", (file) => splitSafetensors(file).dataStartBytes >>> 1),
  "weights-cut-in-header-length": cut("truncated", () => 4),
  "weights-empty": cut("empty", () => 0),
  "weights-one-byte-more": append((file) => file.subarray(-1)),
  "weights-4096-bytes-more": append(() => new Uint8Array(BLOCK_BYTES).fill(0x5a)),
  "weights-appended-to-itself": append((file) => file),
  "weights-second-half-zero": overwrite("zeroed", (file) => [file.length >>> 1, file.length, 0]),
  "weights-data-all-zero": overwrite("zeroed", (file) => [dataStart(file), file.length, 0]),
  "weights-data-all-ones": {
    ...overwrite("zeroed", (file) => [dataStart(file), file.length, 0xff]),
    alsoRight: ["not-a-number"],
  },
  "weights-all-zero": {
    ...overwrite("zeroed", (file) => [0, file.length, 0]),
    alsoRight: ["bad-header"],
    acceptedByMlx: false,
  },
  "weights-zero-block": overwrite("zeroed", (file, choose) => {
    const room = Math.max(file.length - dataStart(file) - BLOCK_BYTES, 1);
    const start = dataStart(file) + (choose % room);
    return [start, start + BLOCK_BYTES, 0];
  }),
  "packed-tensor-all-ones": {
    ...fillTensor("zeroed", { packed: true, sizeBytes: BLOCK_BYTES }),
    appliesTo: isAffine,
  },
  "float-tensor-all-ones": {
    ...fillTensor("not-a-number", { packed: false, sizeBytes: BLOCK_BYTES }),
    alsoRight: ["zeroed"],
  },
  "one-value-not-a-number": fillTensor("not-a-number", { packed: false, sizeBytes: 4 }),
  "weights-one-bit-flipped": {
    cause: "hash",
    acceptedByMlx: true,
    apply: (model, choose) => {
      const { path, bytes } = pickWeights(model, choose);
      const copy = bytes.slice();
      // The lowest bit of an aligned word: every value stays a number, so that only a hash shows it.
      const words = (bytes.length - dataStart(bytes)) >>> 2;
      const word = (Math.imul(choose + 1, 0x9e3779b1) >>> 0) % words;
      const position = dataStart(bytes) + word * 4;
      copy[position] = (copy[position] ?? 0) ^ 1;
      return withFile(model, { path, bytes: copy });
    },
  },
  "html-as-weights": replace("html", () => HTML_PAGE),
  "lfs-pointer-as-weights": replace("lfs-pointer", lfsPointer),
  "appledouble-as-weights": replace("appledouble", appleDouble),
});

function dataStart(file: Uint8Array): number {
  return splitSafetensors(file).dataStartBytes;
}

function cut(cause: "truncated" | "empty", length: (file: Uint8Array) => number): DamageEntry {
  return { ...change(cause, (file) => file.slice(0, length(file))), acceptedByMlx: false };
}

function replace(
  cause: "html" | "lfs-pointer" | "appledouble",
  bytes: (file: Uint8Array) => Uint8Array,
): DamageEntry {
  return { ...change(cause, bytes), acceptedByMlx: false };
}

function append(tail: (file: Uint8Array) => Uint8Array): DamageEntry {
  return change("trailing-bytes", (file) => Buffer.concat([file, tail(file)]));
}

function overwrite(
  cause: CheckCause,
  range: (file: Uint8Array, choose: number) => [start: number, end: number, value: number],
): DamageEntry {
  return change(cause, (file, choose) => {
    const [start, end, value] = range(file, choose);
    return file.slice().fill(value, start, end);
  });
}

function change(
  cause: CheckCause,
  changed: (file: Uint8Array, choose: number) => Uint8Array,
): DamageEntry {
  return {
    cause,
    acceptedByMlx: true,
    apply: (model, choose) => {
      const { path, bytes } = pickWeights(model, choose);
      return withFile(model, { path, bytes: changed(bytes, choose) });
    },
  };
}

/** Fills the start of a chosen tensor with 0xff, which is not a number in any float format. */
function fillTensor(
  cause: CheckCause,
  options: { readonly packed: boolean; readonly sizeBytes: number },
): DamageEntry {
  return {
    cause,
    acceptedByMlx: true,
    apply: (model, choose) => {
      const places = tensorPlaces(model).filter(
        ({ entry }) => (entry.dtype === "U32") === options.packed,
      );
      const { path, bytes, entry } = pick(places, choose);
      const [start, end] = entry.data_offsets;
      const from = dataStart(bytes) + start;
      const until = from + Math.min(end - start, options.sizeBytes);
      return withFile(model, { path, bytes: bytes.slice().fill(0xff, from, until) });
    },
  };
}
