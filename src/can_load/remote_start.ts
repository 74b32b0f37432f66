import type { FileStat } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { discardBody, type Exchange } from "../hub/http_client.ts";
import type { HubClient } from "../hub/hub_client.ts";

/** Most headers are shorter, so that one request is enough. */
const FIRST_BYTES = 64 * 1024;

/** A file on the hub of which only the beginning is read. */
export interface RemoteFile {
  readonly url: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** What all reads of one question have used, and what they may use. */
export interface ReadAllowance {
  bytesLeft: number;
  bytesRead: number;
}

/**
 * Reads the beginning of a file on the hub as if it were open on the disk, and never more of it.
 *
 * It asks for ranges. A server that ignores them and sends the whole file is read as far as is needed, and then its
 * connection is closed.
 */
export class RemoteStart {
  readonly #client: HubClient;
  readonly #file: RemoteFile;
  readonly #options: {
    readonly allowance: ReadAllowance;
    readonly signal: AbortSignal | undefined;
  };
  #start = new Uint8Array(0);

  constructor(
    client: HubClient,
    file: RemoteFile,
    options: { readonly allowance: ReadAllowance; readonly signal: AbortSignal | undefined },
  ) {
    this.#client = client;
    this.#file = file;
    this.#options = options;
  }

  /** The size that the hub lists. */
  async stat(): Promise<FileStat> {
    const { sizeBytes } = this.#file;
    const inode = this.#file.path;
    return {
      kind: "file",
      sizeBytes,
      allocatedBytes: sizeBytes,
      modifiedMs: 0,
      inode,
      linkCount: 1,
    };
  }

  /**
   * Fills the buffer from a position of the file.
   *
   * @returns how many bytes were read
   * @throws {ModelError} as the hub answers; `limit-exceeded` beyond the allowance
   */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    const end = Math.min(position + buffer.length, this.#file.sizeBytes);
    if (end > this.#start.length) await this.#extend(Math.max(end, FIRST_BYTES));
    const bytes = this.#start.subarray(position, end);
    buffer.set(bytes);
    return bytes.length;
  }

  /** Reads on to an offset. */
  async #extend(wanted: number): Promise<void> {
    const end = Math.min(wanted, this.#file.sizeBytes);
    const budget = this.#client.http.budget();
    while (this.#start.length < end) {
      const before = this.#start.length;
      try {
        await this.#fetch(end);
        if (this.#start.length === before) throw this.#ended();
      } catch (error) {
        await budget.pause(error, this.#options.signal);
      }
    }
  }

  async #fetch(end: number): Promise<void> {
    const { http } = this.#client;
    const { path, url } = this.#file;
    using guard = http.questionGuard(this.#options.signal);
    const range = `bytes=${this.#start.length}-${end - 1}`;
    const exchange = await http.send(url, { guard, headers: { range } });
    const { status } = exchange.response;
    if (status !== 200 && status !== 206) {
      await discardBody(exchange.response);
      const attempt = `read the header of "${path}"`;
      throw this.#client.failure(exchange, { attempt, absent: "file-not-found", file: path });
    }
    let at = this.#firstOffset(exchange);
    for await (const chunk of http.read(exchange, guard)) {
      this.#take(chunk.subarray(Math.max(0, this.#start.length - at)), end);
      at += chunk.length;
      this.#spend(chunk.length);
      if (this.#start.length >= end) break;
    }
  }

  /** Where the body begins in the file; some servers send a part with the status of the whole. */
  #firstOffset({ response }: Exchange): number {
    const stated = /^bytes (\d{1,15})-/.exec(response.headers.get("content-range") ?? "")?.[1];
    const asked = response.status === 206 ? this.#start.length : 0;
    const offset = stated === undefined ? asked : Number(stated);
    if (offset <= this.#start.length) return offset;
    throw new ModelError(
      "not-a-hub",
      `Cannot read the header of "${this.#file.path}": the server sent another part of it; check the hub's address`,
      { file: this.#file.path },
    );
  }

  #take(bytes: Uint8Array, end: number): void {
    const wanted = bytes.subarray(0, Math.max(0, end - this.#start.length));
    const longer = new Uint8Array(this.#start.length + wanted.length);
    longer.set(this.#start);
    longer.set(wanted, this.#start.length);
    this.#start = longer;
  }

  #spend(bytes: number): void {
    const { allowance } = this.#options;
    allowance.bytesRead += bytes;
    allowance.bytesLeft -= bytes;
    if (allowance.bytesLeft >= 0) return;
    throw new ModelError(
      "limit-exceeded",
      `Cannot read the header of "${this.#file.path}": the headers of this model are longer than any known one's; download it and check it`,
      { file: this.#file.path },
    );
  }

  #ended(): ModelError {
    return new ModelError(
      "integrity",
      `Cannot read the header of "${this.#file.path}": the server sent less of it than it lists; retry the command`,
      { file: this.#file.path },
    );
  }
}
