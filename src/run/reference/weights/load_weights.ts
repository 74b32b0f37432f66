import type { FileSystem, OpenFile } from "../../../../spec/mod.ts";
import { ModelError } from "../../../errors.ts";
import { readAt } from "../../../load/bytes/read_bytes.ts";
import { decodeFloats, decodeScales } from "./decode_floats.ts";
import { PAGE_BYTES } from "../kernels/memories.ts";
import type { PlacedWeights, TensorCopy } from "./placed_weights.ts";
import { webAssembly, type WasmMemory } from "../wasm/web_assembly.ts";
import { openTarget } from "../../../load/bytes/open_target.ts";

/** Reads at a time, so that the disk has something to do while a tensor is converted. */
const CONCURRENCY = 4;

/** Small tensors are read together, and tensors that change on the way in pieces, of at most this size. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A tensor of this size is read to its place at once: another read costs less than to copy it. */
const LARGE_BYTES = 64 * 1024;

/**
 * Makes the memories that the weights go to, which threads can share.
 *
 * @throws ModelError with the code `limit-exceeded` when the memory cannot be had
 */
export function allocateWeights(placed: PlacedWeights): WasmMemory[] {
  return placed.segmentBytes.map((sizeBytes) => {
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
  });
}

/**
 * Reads all weights into their memories; nothing is held twice. Numbers are little-endian in files, in
 * WebAssembly, and on every machine that Node runs on.
 *
 * @throws ModelError with the code `corrupt-model` when a file ends before its last tensor
 */
export async function loadWeights(
  files: FileSystem,
  target: { readonly placed: PlacedWeights; readonly memories: readonly WasmMemory[] },
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { placed, memories } = target;
  const opened = new Map<string, OpenFile>();
  try {
    for (const { source } of placed.copies) {
      if (opened.has(source.file)) continue;
      // oxlint-disable-next-line no-await-in-loop -- there are few files
      opened.set(source.file, await openTarget(files, source.file));
    }
    const limits = limitsOf([...opened.values()]);
    const queue = batches(placed.copies.toSorted(bySource), limits);
    const work = async () => {
      try {
        for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
          options.signal?.throwIfAborted();
          const file = opened.get(batch[0]?.source.file ?? "");
          // oxlint-disable-next-line no-await-in-loop -- the lane's tensors follow each other
          if (file !== undefined) await copyBatch(file, batch, { memories, limits });
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
}

function bySource(a: TensorCopy, b: TensorCopy): number {
  if (a.source.file !== b.source.file) return a.source.file < b.source.file ? -1 : 1;
  return a.source.position - b.source.position;
}

function sizeOf({ source }: TensorCopy): number {
  return source.entry.end - source.entry.start;
}

/** How much is read at a time, and from which size on a tensor is read alone. */
interface ReadLimits {
  readonly pieceBytes: number;
  readonly largeBytes: number;
}

function limitsOf(files: readonly OpenFile[]): ReadLimits {
  const pieceBytes = files[0]?.pieceBytes ?? PIECE_BYTES;
  return { pieceBytes, largeBytes: Math.min(LARGE_BYTES, pieceBytes) };
}

/** Joins small tensors that follow each other in a file; a large one stays alone. */
function batches(
  sorted: readonly TensorCopy[],
  { pieceBytes, largeBytes }: ReadLimits,
): TensorCopy[][] {
  const result: TensorCopy[][] = [];
  for (const copy of sorted) {
    const batch = result.at(-1);
    const first = batch?.[0];
    const isNear =
      first !== undefined &&
      first.source.file === copy.source.file &&
      sizeOf(first) < largeBytes &&
      sizeOf(copy) < largeBytes &&
      copy.source.position + sizeOf(copy) - first.source.position <= pieceBytes;
    if (isNear) batch?.push(copy);
    else result.push([copy]);
  }
  return result;
}

async function copyBatch(
  file: OpenFile,
  batch: readonly TensorCopy[],
  target: { readonly memories: readonly WasmMemory[]; readonly limits: ReadLimits },
): Promise<void> {
  const { memories, limits } = target;
  const [first] = batch;
  const last = batch.at(-1);
  if (first === undefined || last === undefined) return;
  if (first === last) {
    await copyTensor(file, first, { memory: memoryOf(first, memories), limits });
    return;
  }
  const start = first.source.position;
  const bytes = new Uint8Array(last.source.position + sizeOf(last) - start);
  await fill(file, first, { into: bytes, start: 0 });
  for (const copy of batch) {
    const from = copy.source.position - start;
    const piece = bytes.subarray(from, from + sizeOf(copy));
    place(piece, copy, { memory: memoryOf(copy, memories), start: 0 });
  }
}

function memoryOf({ segment }: TensorCopy, memories: readonly WasmMemory[]): WasmMemory {
  const memory = memories[segment];
  if (memory === undefined) throw new RangeError(`There is no piece ${segment} of the weights`);
  return memory;
}

async function copyTensor(
  file: OpenFile,
  copy: TensorCopy,
  target: { readonly memory: WasmMemory; readonly limits: ReadLimits },
): Promise<void> {
  const { memory, limits } = target;
  const { offset, toFloat32, rows } = copy;
  const sizeBytes = sizeOf(copy);
  if (toFloat32 === undefined && rows === undefined) {
    const into = new Uint8Array(memory.buffer, offset, sizeBytes);
    await fill(file, copy, { into, start: 0 });
    return;
  }
  // Whole rows, and whole numbers.
  const unit = rows?.sizeBytes ?? 4;
  const pieceBytes = Math.max(unit, Math.floor(limits.pieceBytes / unit) * unit);
  for (let start = 0; start < sizeBytes; start += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, sizeBytes - start));
    // oxlint-disable-next-line no-await-in-loop -- one piece is held at a time
    await fill(file, copy, { into: piece, start });
    place(piece, copy, { memory, start });
  }
}

/** Writes bytes of a tensor, from its byte `start` on, to their place. */
function place(
  piece: Uint8Array,
  { source, offset, toFloat32, rows }: TensorCopy,
  { memory, start }: { readonly memory: WasmMemory; readonly start: number },
): void {
  if (toFloat32 !== undefined) {
    // One byte or two become four.
    const numbers =
      toFloat32 === "float"
        ? decodeFloats(piece, source.entry.dtype)
        : decodeScales(piece, toFloat32);
    const wider = (numbers.length * 4) / piece.length;
    new Float32Array(memory.buffer, offset + start * wider, numbers.length).set(numbers);
    return;
  }
  const target = new Uint8Array(memory.buffer);
  if (rows === undefined) {
    target.set(piece, offset + start);
    return;
  }
  for (let row = 0; row * rows.sizeBytes < piece.length; row++) {
    const bytes = piece.subarray(row * rows.sizeBytes, (row + 1) * rows.sizeBytes);
    target.set(bytes, offset + (start / rows.sizeBytes + row) * rows.strideBytes);
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
