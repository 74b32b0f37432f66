import type { FileSystem, OpenFile } from "../../../spec/mod.ts";

/** What the reference writes behind the data of a file that has holes. */
const NOTES_BYTES = 2048;
const LARGE_BYTES = 16 * 1024;
const NOTES_BEGIN = new TextEncoder().encode("mlxrng");

/** Cuts off what the reference notes behind the data of a file; what has no notes stays as it is. */
export async function cutNotes(file: OpenFile): Promise<void> {
  const { sizeBytes } = await file.stat();
  const at = sizeBytes - NOTES_BYTES;
  // Of small files that is another mistake.
  if (at < LARGE_BYTES) return;
  const head = new Uint8Array(NOTES_BEGIN.length);
  await file.read(head, at);
  if (head.every((byte, index) => byte === NOTES_BEGIN[index])) await file.truncate(at);
}

/** A file whose end is where its data ends: what comes later waits for what comes before. */
interface GrowingFile {
  endBytes: number;
  readonly waiting: Map<number, Uint8Array>;
  /** The call before: one at a time, so that what is written last stays. */
  before: Promise<void>;
}

/** A disk on which a file only grows at its end: until then the process has what lies beyond. */
export function writtenInOrder(files: FileSystem): FileSystem {
  const growing = new Map<string, GrowingFile>();
  return {
    ...files,
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      if (mode === "r") return file;
      const { sizeBytes } = await file.stat();
      const state = growing.get(path) ?? {
        endBytes: sizeBytes,
        waiting: new Map<number, Uint8Array>(),
        before: Promise.resolve(),
      };
      growing.set(path, state);
      return growingFile(file, state);
    },
  };
}

function growingFile(file: OpenFile, state: GrowingFile): OpenFile {
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const done = state.before.then(step);
    // Its own caller is told.
    state.before = done.catch(() => {});
    return done;
  };
  return {
    ...file,
    write: (data, position) => {
      const bytes = data.slice();
      return inTurn(() => writeOrWait(file, state, { bytes, position }));
    },
    truncate: (sizeBytes) =>
      inTurn(async () => {
        await file.truncate(sizeBytes);
        state.endBytes = sizeBytes;
        state.waiting.clear();
      }),
  };
}

async function writeOrWait(
  file: OpenFile,
  state: GrowingFile,
  { bytes, position }: { readonly bytes: Uint8Array; readonly position: number },
): Promise<void> {
  const { waiting } = state;
  const isCovered = (at: number, sizeBytes: number) =>
    at >= position && at + sizeBytes <= position + bytes.length;
  for (const [at, older] of waiting) if (isCovered(at, older.length)) waiting.delete(at);
  waiting.set(position, bytes);
  for (;;) {
    const at = [...waiting.keys()].find((one) => one <= state.endBytes);
    const next = at === undefined ? undefined : waiting.get(at);
    if (at === undefined || next === undefined) return;
    waiting.delete(at);
    await file.write(next, at);
    state.endBytes = Math.max(state.endBytes, at + next.length);
  }
}
