import type { FileSystem, OpenFile } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { readAt } from "../../load/read_bytes.ts";
import { decodeFloats } from "./decode_floats.ts";
import { PAGE_BYTES } from "./kernels/memories.ts";
import type { PlacedWeights, TensorCopy } from "./place_weights.ts";
import { webAssembly, type WasmMemory } from "./wasm/web_assembly.ts";

/** Reads at a time, so that the disk has something to do while a tensor is converted. */
const CONCURRENCY = 4;

/** Tensors that change on the way are read in pieces of this size. */
const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Reads all weights into memories that threads can share; nothing is held twice.
 *
 * @throws ModelError with the code `corrupt-model` when a file ends before its last tensor, and
 * `limit-exceeded` when the memory cannot be had
 */
export async function loadWeights(
  files: FileSystem,
  placed: PlacedWeights,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WasmMemory[]> {
  const memories = placed.segmentBytes.map(allocateMemory);
  const opened = new Map<string, OpenFile>();
  try {
    for (const { source } of placed.copies) {
      if (opened.has(source.file)) continue;
      // oxlint-disable-next-line no-await-in-loop -- there are few files
      opened.set(source.file, await files.open(source.file, "r"));
    }
    const queue = placed.copies.toSorted(bySource);
    const work = async () => {
      try {
        for (let copy = queue.shift(); copy !== undefined; copy = queue.shift()) {
          options.signal?.throwIfAborted();
          const file = opened.get(copy.source.file);
          const memory = memories[copy.segment];
          // oxlint-disable-next-line no-await-in-loop -- the lane's tensors follow each other
          if (file !== undefined && memory !== undefined) await copyTensor(file, copy, memory);
        }
      } finally {
        // After a failure nobody begins another tensor.
        queue.length = 0;
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: CONCURRENCY }, work));
    const failed = lanes.find((lane) => lane.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    await Promise.all([...opened.values()].map((file) => file.close()));
  }
  return memories;
}

function allocateMemory(sizeBytes: number): WasmMemory {
  const pages = Math.ceil(sizeBytes / PAGE_BYTES);
  try {
    return new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw new ModelError(
      "limit-exceeded",
      `Cannot hold a piece of the weights of ${sizeBytes} bytes: the memory cannot be had`,
      { cause: error },
    );
  }
}

function bySource(a: TensorCopy, b: TensorCopy): number {
  if (a.source.file !== b.source.file) return a.source.file < b.source.file ? -1 : 1;
  return a.source.position - b.source.position;
}

async function copyTensor(file: OpenFile, copy: TensorCopy, memory: WasmMemory): Promise<void> {
  const { source, offset, toFloat32, rows } = copy;
  const sizeBytes = source.entry.end - source.entry.start;
  const target = new Uint8Array(memory.buffer);
  if (!toFloat32 && rows === undefined) {
    await fill(file, copy, { into: target.subarray(offset, offset + sizeBytes), start: 0 });
    return;
  }
  // Whole rows, and whole numbers.
  const unit = rows?.sizeBytes ?? 4;
  const pieceBytes = Math.max(unit, Math.floor(PIECE_BYTES / unit) * unit);
  for (let start = 0; start < sizeBytes; start += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, sizeBytes - start));
    // oxlint-disable-next-line no-await-in-loop -- one piece is held at a time
    await fill(file, copy, { into: piece, start });
    if (rows === undefined) {
      const { dtype } = source.entry;
      const widened = dtype === "F32" ? 1 : 2;
      new Float32Array(memory.buffer, offset + start * widened).set(decodeFloats(piece, dtype));
      continue;
    }
    for (let row = 0; row * unit < piece.length; row++) {
      const at = offset + (start / unit + row) * rows.strideBytes;
      target.set(piece.subarray(row * unit, (row + 1) * unit), at);
    }
  }
}

async function fill(
  file: OpenFile,
  { name, source }: TensorCopy,
  { into, start }: { readonly into: Uint8Array; readonly start: number },
): Promise<void> {
  const count = await readAt(file, into, source.position + start);
  if (count === into.length) return;
  throw new ModelError(
    "corrupt-model",
    `Cannot read tensor "${name}" of "${source.file}": the file ends ${into.length - count} bytes too early`,
    { file: source.file },
  );
}
