import { Buffer } from "node:buffer";
import type { FileStat, OpenFile, OpenMode } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import type { DiskOperation } from "../disk_operation.ts";
import type { Inode } from "./memory_tree.ts";
import type { SpaceAccount } from "./space_account.ts";

/** An operation without what is the same for all. */
export type UntoldOperation = DiskOperation extends infer Each
  ? Each extends DiskOperation
    ? Omit<Each, "path" | "inode" | "atMs">
    : never
  : never;

/** What an open file shares with its disk. */
export interface MemoryFileParts {
  readonly path: string;
  readonly mode: OpenMode;
  readonly space: SpaceAccount<Inode>;
  readonly stamp: () => void;
  readonly tell: (operation: UntoldOperation) => void;
  readonly stat: () => FileStat;
  readonly release: () => void;
}

/** An open file of a disk in memory. */
export class MemoryFile implements OpenFile {
  readonly #node: Inode;
  readonly #parts: MemoryFileParts;
  #closed = false;

  constructor(node: Inode, parts: MemoryFileParts) {
    this.#node = node;
    this.#parts = parts;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    this.#require("read", buffer.length === 0 || this.#parts.mode !== "wx", "EBADF");
    if (buffer.length === 0) return 0;
    this.#require("read", !this.#node.isDirectory(), "EISDIR");
    const count = Math.min(buffer.length, this.#node.getSize() - position);
    if (count <= 0) return 0;
    this.#node.read(buffer, 0, count, position);
    return count;
  }

  async write(data: Uint8Array, position: number): Promise<void> {
    this.#require("write", data.length === 0 || this.#parts.mode !== "r", "EBADF");
    if (data.length === 0) return;
    const fitting = this.#parts.space.take(this.#node, position, data.length);
    const bytes = Buffer.from(data.buffer, data.byteOffset, fitting);
    this.#node.write(bytes, 0, fitting, position);
    this.#parts.stamp();
    if (fitting > 0) {
      const kept = Uint8Array.from(data.subarray(0, fitting));
      this.#parts.tell({ kind: "write", position, bytes: kept });
    }
    // A full disk keeps what still fitted, as a real one does.
    if (fitting < data.length) throw diskError("ENOSPC", "write", this.#parts.path);
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.#require("ftruncate", this.#parts.mode !== "r", "EINVAL");
    this.#parts.space.truncate(this.#node, sizeBytes);
    this.#node.truncate(sizeBytes);
    this.#parts.stamp();
    this.#parts.tell({ kind: "truncate", sizeBytes });
  }

  async sync(): Promise<void> {
    this.#require("fsync", true, "EBADF");
    this.#parts.tell({ kind: this.#node.isDirectory() ? "sync-directory" : "sync" });
  }

  async stat(): Promise<FileStat> {
    this.#require("fstat", true, "EBADF");
    return this.#parts.stat();
  }

  async close(): Promise<void> {
    this.#require("close", true, "EBADF");
    this.#closed = true;
    this.#parts.release();
  }

  #require(syscall: string, condition: boolean, code: string): void {
    if (this.#closed) throw diskError("EBADF", syscall, this.#parts.path);
    if (!condition) throw diskError(code, syscall, this.#parts.path);
  }
}
