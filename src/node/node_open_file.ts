import { closeSync, fstatSync, fsync, ftruncate, read, readSync, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import type { OpenFile } from "../../spec/mod.ts";
import { fileStat } from "./file_stat.ts";
import type { Soon } from "./on_this_thread.ts";

/** So many bytes are read and written on this thread. */
const SHORT_BYTES = 64 * 1024;
const readBytes = promisify(read);
const writeBytes = promisify(write);
const syncFile = promisify(fsync);
const truncateFile = promisify(ftruncate);

/** A descriptor, until it is closed: then the system may give its number to another file. */
class Descriptor {
  readonly #number: number;
  #isClosed = false;
  #underWay = 0;
  #whenIdle: () => void = () => {};

  constructor(number: number) {
    this.#number = number;
  }

  /** The number, for a call on this thread. */
  get number(): number {
    if (this.#isClosed)
      throw Object.assign(new Error("EBADF: the file is closed"), { code: "EBADF" });
    return this.#number;
  }

  /** Makes a call on another thread. */
  async use<T>(call: (number: number) => Promise<T>): Promise<T> {
    const { number } = this;
    this.#underWay++;
    try {
      return await call(number);
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#whenIdle();
    }
  }

  /** Waits for what other threads do with it: they must not meet another file. */
  async close(): Promise<void> {
    const { number } = this;
    this.#isClosed = true;
    if (this.#underWay > 0)
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    closeSync(number);
  }
}

/** An open descriptor behind the port; it belongs to the file from now on. */
export function nodeOpenFile(number: number, soon: Soon): OpenFile {
  const file = new Descriptor(number);
  return {
    read: (buffer, position) => readAll(file, buffer, { position, soon }),
    write: (data, position) => writeAll(file, data, { position, soon }),
    truncate: (sizeBytes) => file.use((descriptor) => truncateFile(descriptor, sizeBytes)),
    sync: () => file.use(syncFile),
    stat: () => soon(() => fileStat(fstatSync(file.number, { bigint: true }))),
    close: () => soon(() => file.close()),
  };
}

interface Place {
  readonly position: number;
  readonly soon: Soon;
}

/** One call may read less than is there, so it repeats until the buffer is full or the file ends. */
async function readAll(file: Descriptor, buffer: Uint8Array, place: Place): Promise<number> {
  const { position, soon } = place;
  let filled = 0;
  while (filled < buffer.length) {
    const count = buffer.length - filled;
    const at = position + filled;
    const from = filled;
    const bytesRead =
      count <= SHORT_BYTES
        ? await soon(() => readSync(file.number, buffer, from, count, at))
        : (await file.use((number) => readBytes(number, buffer, from, count, at))).bytesRead;
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** One call may write less than was given, which is not an error: a volume that is about to be full does it. */
async function writeAll(file: Descriptor, data: Uint8Array, place: Place): Promise<void> {
  const { position, soon } = place;
  let written = 0;
  while (written < data.length) {
    const count = data.length - written;
    const at = position + written;
    const from = written;
    const bytesWritten =
      count <= SHORT_BYTES
        ? await soon(() => writeSync(file.number, data, from, count, at))
        : (await file.use((number) => writeBytes(number, data, from, count, at))).bytesWritten;
    if (bytesWritten === 0) {
      throw Object.assign(new Error(`EIO: no byte was written at ${at}, write`), {
        code: "EIO",
        syscall: "write",
      });
    }
    written += bytesWritten;
  }
}
