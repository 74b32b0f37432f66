import type { FileSystem, OpenFile, ServedAnswer } from "../../spec/mod.ts";
import { diskError, errnoOf } from "../disk/disk_error.ts";
import { ModelError } from "../errors.ts";
import { type Field, refusal } from "./answers.ts";
import { byteRange } from "./byte_range.ts";
import { isSameFile } from "./file_identity.ts";
import { contentTag, isLarge } from "./listing_entries.ts";
import type { OfferedFile, OfferedModel } from "./offered_model.ts";

/** Bytes that are read and sent at a time. */
const PIECE_BYTES = 256 * 1024;

/** What is asked of a file. */
export interface FileQuestion {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Called when a file is not the one that was verified. */
  readonly onChange: () => void;
}

/** Sends a file whole or in part, or says how large it is: `GET|HEAD /ORG/NAME/resolve/REV/PATH`. */
export async function answerFile(
  files: FileSystem,
  model: OfferedModel,
  question: FileQuestion,
): Promise<ServedAnswer> {
  const commit: Field = ["X-Repo-Commit", model.commit];
  const file = model.files.get(question.path);
  if (file === undefined)
    return refusal({
      status: 404,
      code: "EntryNotFound",
      message: "Entry not found",
      fields: [commit],
    });
  if (!(await isStill(files, file))) {
    question.onChange();
    return refusal({
      status: 503,
      message: "The file has changed on the disk; ask again",
      fields: [["Retry-After", "1"]],
    });
  }
  const { sizeBytes } = file;
  const etag = `"${contentTag(file)}"`;
  const fields: readonly Field[] = [
    commit,
    ["Accept-Ranges", "bytes"],
    ["ETag", etag],
    ["Content-Type", "application/octet-stream"],
    ...(isLarge(file)
      ? ([
          ["X-Linked-Etag", etag],
          ["X-Linked-Size", String(sizeBytes)],
        ] as const)
      : []),
  ];
  const { range, "if-range": ifRange } = question.headers;
  const isRanged = question.method === "GET" && (ifRange === undefined || ifRange.trim() === etag);
  const part = byteRange(isRanged ? range : undefined, sizeBytes);
  if (part.kind === "unsatisfiable")
    return {
      status: 416,
      headers: [...fields, ["Content-Range", `bytes */${sizeBytes}`], ["Content-Length", "0"]],
      body: null,
    };
  const [start, end] = part.kind === "part" ? [part.start, part.end] : [0, sizeBytes];
  const partial: readonly Field[] =
    part.kind === "part" ? [["Content-Range", `bytes ${start}-${end - 1}/${sizeBytes}`]] : [];
  return {
    status: part.kind === "part" ? 206 : 200,
    headers: [...fields, ...partial, ["Content-Length", String(end - start)]],
    body: pieces(files, file, { start, end, onChange: question.onChange }),
  };
}

/** Whether the file that would be opened now is the one that was verified: `SERVE-CHANGED`. */
async function isStill(files: FileSystem, file: OfferedFile): Promise<boolean> {
  let opened: OpenFile;
  try {
    opened = await files.open(file.place, "r");
  } catch (error) {
    // Gone, or a link or a FIFO by now: another file in any case.
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
  try {
    return isSameFile(file.identity, await opened.stat());
  } finally {
    await opened.close();
  }
}

/**
 * Reads a file when it is asked for, so that a body that nobody reads holds nothing open. After each piece the file is looked at
 * again before it is handed on.
 */
async function* pieces(
  files: FileSystem,
  file: OfferedFile,
  part: { readonly start: number; readonly end: number; readonly onChange: () => void },
): AsyncGenerator<Uint8Array> {
  const { start, end, onChange } = part;
  if (start === end) return;
  const opened = await files.open(file.place, "r");
  try {
    for (let at = start; at < end;) {
      const buffer = new Uint8Array(Math.min(opened.pieceBytes ?? PIECE_BYTES, end - at));
      const count = await opened.read(buffer, at).catch((error: unknown) => {
        throw diskError(error, `read "${file.place}"`);
      });
      if (count < buffer.length || !isSameFile(file.identity, await opened.stat())) {
        onChange();
        throw new ModelError(
          "integrity",
          `Cannot send "${file.place}" to its end: it has changed since it was verified; the client will ask again`,
          { file: file.path },
        );
      }
      yield buffer;
      at += count;
    }
  } finally {
    await opened.close();
  }
}
