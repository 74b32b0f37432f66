import type { CheckFinding, Digest, FileSystem, OpenFile } from "../../spec/mod.ts";
import { digestLike } from "./bytes/digest_stream.ts";
import type { DirectoryFile } from "./list_entries.ts";
import { readWhole, systemCode, withFile } from "./bytes/read_bytes.ts";

/** What a check starts from. */
export interface CheckContextOptions {
  readonly files: FileSystem;
  readonly entries: readonly DirectoryFile[];
  readonly signal: AbortSignal | undefined;
  readonly trustsModelCode?: boolean | undefined;
}

/** Findings of one cause about one file beyond this many are counted, not listed. */
const FINDINGS_MAX = 20;

/** One examination of one directory: what is there, what is known of it, and what was found. */
export class CheckContext {
  readonly files: FileSystem;
  readonly entries: ReadonlyMap<string, DirectoryFile>;
  readonly signal: AbortSignal | undefined;
  /** Whether the caller lets a runtime run code that comes with the model. */
  readonly trustsModelCode: boolean;
  /** Digests that files must have, by path. */
  readonly digests = new Map<string, Digest>();
  readonly #findings: CheckFinding[] = [];

  constructor(options: CheckContextOptions) {
    this.files = options.files;
    this.signal = options.signal;
    this.trustsModelCode = options.trustsModelCode ?? false;
    this.entries = new Map(options.entries.map((entry) => [entry.path, entry]));
  }

  add(finding: CheckFinding): void {
    this.#findings.push(finding);
  }

  /** Adds an error. */
  refuse(cause: CheckFinding["cause"], path: string, detail: string): void {
    this.add({ cause, path, detail, level: "error" });
  }

  /** Adds what a runtime can live with. */
  warn(cause: CheckFinding["cause"], path: string, detail: string): void {
    this.add({ cause, path, detail, level: "warning" });
  }

  /** Opens a file and uses it; when the disk fails, that is a finding and the answer is undefined. */
  async use<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T | undefined> {
    const entry = this.#readable(path);
    if (entry === undefined) return undefined;
    return await this.#attempt(path, () => withFile(this.files, entry.target, use));
  }

  /** Reads a file whole; when the disk fails, that is a finding and the answer is undefined. */
  async read(path: string): Promise<Uint8Array | undefined> {
    const entry = this.#readable(path);
    if (entry === undefined) return undefined;
    const options = this.signal === undefined ? {} : { signal: this.signal };
    return await this.#attempt(path, () => readWhole(this.files, entry.target, options));
  }

  /**
   * Compares a digest with the one that the file must have: `LOAD-FLIPPED`.
   *
   * @returns whether the file is exactly what was recorded; false also when nothing was
   */
  compare(path: string, actual: Digest | undefined): boolean {
    const expected = this.digests.get(path);
    if (expected === undefined || actual === undefined) return false;
    if (actual === expected) return true;
    this.refuse("hash", path, `Its digest is ${actual}, but ${expected} was recorded`);
    return false;
  }

  /** Hashes a file for which a digest is recorded. */
  async compareWhole(path: string): Promise<void> {
    const expected = this.digests.get(path);
    if (expected === undefined) return;
    const options = this.signal === undefined ? {} : { signal: this.signal };
    this.compare(path, await this.use(path, (file) => digestLike(expected, file, options)));
  }

  /** The findings in the order in which they were made, long series shortened. */
  findings(): CheckFinding[] {
    const counts = new Map<string, number>();
    const listed: CheckFinding[] = [];
    for (const finding of this.#findings) {
      const key = `${finding.level} ${finding.cause} ${finding.path}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= FINDINGS_MAX) listed.push(finding);
    }
    return listed.map((finding) => {
      const key = `${finding.level} ${finding.cause} ${finding.path}`;
      const more = (counts.get(key) ?? 0) - FINDINGS_MAX;
      const isLast = listed.findLast(
        ({ cause, path, level }) => `${level} ${cause} ${path}` === key,
      );
      return more > 0 && isLast === finding
        ? { ...finding, detail: `${finding.detail} (and ${more} more of this kind)` }
        : finding;
    });
  }

  /** Evicted data must not be touched: reading it would fetch it over the network. */
  #readable(path: string): DirectoryFile | undefined {
    const entry = this.entries.get(path);
    return entry?.isEvicted === true ? undefined : entry;
  }

  async #attempt<T>(path: string, attempt: () => Promise<T>): Promise<T | undefined> {
    this.signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      this.refuse("unreadable", path, `The disk answered ${code} when it was read`);
      return undefined;
    }
  }
}
