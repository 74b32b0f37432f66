import type { CheckCause, FileSystem, OpenFile } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { type ByteIdentity, IDENTIFY_SIZE_BYTES, identifyBytes } from "./identify_bytes.ts";
import {
  type HeaderFault,
  type ParsedHeader,
  parseSafetensorsHeader,
  type SafetensorsHeader,
} from "./parse_safetensors_header.ts";
import { readAt, withFile } from "./read_bytes.ts";

/** MLX refuses a header of this many bytes and more. */
const HEADER_SIZE_BYTES_LIMIT = 100_000_000;

const OPENING_BRACE = 0x7b;

/** A weight file that must not be opened, with every cause: the `code` is `corrupt-model`. */
export class SafetensorsError extends ModelError {
  readonly faults: readonly HeaderFault[];

  constructor(path: string, faults: readonly HeaderFault[]) {
    const details = faults.map((fault) => fault.detail).join("; ");
    super("corrupt-model", `Cannot read the header of "${path}": ${details}`, { file: path });
    this.faults = faults;
  }
}

/**
 * Reads and judges the header of a safetensors file; its data is not read.
 *
 * @throws SafetensorsError naming every fault: `LOAD-HEADER`, `LOAD-EXTENTS`, `LOAD-TRUNCATED`, `LOAD-TRAILING`
 */
export async function readSafetensorsHeader(
  files: FileSystem,
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<SafetensorsHeader> {
  options.signal?.throwIfAborted();
  return await withFile(files, path, async (file) => {
    const { header, faults } = await examineHeader(file, options);
    if (header === undefined || faults.length > 0) throw new SafetensorsError(path, faults);
    return header;
  });
}

/** Options of {@linkcode examineHeader}. */
export interface ExamineHeaderOptions {
  readonly signal?: AbortSignal | undefined;
  /** A longer header is not read. @default {what MLX takes} */
  readonly headerBytesMax?: number;
  /** How the text of the header is judged. @default {parseSafetensorsHeader} */
  readonly parse?: (
    bytes: Uint8Array,
    fileSizeBytes: number,
  ) => ParsedHeader | Promise<ParsedHeader>;
}

/** As {@linkcode readSafetensorsHeader}, but faults are answered beside what could be read. */
export async function examineHeader(
  file: Pick<OpenFile, "read" | "stat">,
  options: ExamineHeaderOptions = {},
): Promise<ParsedHeader> {
  const { sizeBytes } = await file.stat();
  const head = new Uint8Array(Math.min(sizeBytes, IDENTIFY_SIZE_BYTES));
  const headSizeBytes = await readAt(file, head, 0);
  const identity = identifyBytes(head.subarray(0, headSizeBytes), sizeBytes);
  if (identity !== undefined) return refuse(causeOf(identity), describeIdentity(identity));
  if (sizeBytes < 8) {
    return refuse("truncated", `At least ${8 - sizeBytes} bytes are missing: it has ${sizeBytes}`);
  }

  const length = new DataView(head.buffer).getBigUint64(0, true);
  if (length >= BigInt(HEADER_SIZE_BYTES_LIMIT)) {
    const detail = `The header claims ${length} bytes: MLX takes fewer than ${HEADER_SIZE_BYTES_LIMIT}`;
    return refuse("header-too-large", detail);
  }
  const headerSizeBytes = Number(length);
  const { headerBytesMax = HEADER_SIZE_BYTES_LIMIT } = options;
  if (headerSizeBytes > headerBytesMax && headerSizeBytes + 8 <= sizeBytes) {
    const detail = `Not judged: its header has ${headerSizeBytes} bytes, and of the headers of a model at most ${headerBytesMax} more are read`;
    return refuse("not-judged", detail);
  }
  // The first byte of the header tells a cut file from one that is not of this format.
  if (headerSizeBytes < 2 || (headSizeBytes > 8 && head[8] !== OPENING_BRACE)) {
    return refuse("bad-header", `No JSON object follows the header's length of ${headerSizeBytes}`);
  }
  const missing = 8 + headerSizeBytes - sizeBytes;
  if (missing > 0) {
    const detail = `At least ${missing} bytes are missing: the header has ${headerSizeBytes} bytes, the file has ${sizeBytes}`;
    return refuse("truncated", detail);
  }
  options.signal?.throwIfAborted();
  const bytes = new Uint8Array(headerSizeBytes);
  if ((await readAt(file, bytes, 8)) < headerSizeBytes) {
    return refuse("truncated", "The file became shorter while it was read");
  }
  return await (options.parse ?? parseSafetensorsHeader)(bytes, sizeBytes);
}

function refuse(cause: CheckCause, detail: string): ParsedHeader {
  return { header: undefined, faults: [{ cause, detail }] };
}

/** The cause for which a file with such bytes is refused. */
export function causeOf(identity: NonNullable<ByteIdentity>): CheckCause {
  return identity === "gzip" ? "bad-header" : identity;
}

/** One sentence for a person who finds such bytes in a model. */
export function describeIdentity(identity: NonNullable<ByteIdentity>): string {
  return {
    appledouble:
      "It is an AppleDouble sidecar, which macOS writes on volumes without attributes, not the file itself",
    "lfs-pointer":
      "It is a git-lfs pointer of a few lines, not the file that it points to: run git lfs pull or download it again",
    html: "It is an HTML page, such as a sign-in or error page, not the file",
    empty: "It has 0 bytes",
    gzip: "It is compressed with gzip, as it came over the wire",
    zeroed: "It begins with zeros where its format has none",
  }[identity];
}
