import { apart, timeBudget } from "./apart/apart.ts";
import type { ApartTasks } from "./apart/apart_task.ts";
import type { CheckFinding, Digest, FileSystem, ModelKind, OpenFile } from "../../spec/mod.ts";
import { digestLike } from "./bytes/digest_stream.ts";
import type { DirectoryFile } from "./list_entries.ts";
import { readWhole, systemCode, withFile } from "./bytes/read_bytes.ts";

/** What a check starts from. */
export interface CheckContextOptions {
  readonly files: FileSystem;
  readonly entries: readonly DirectoryFile[];
  readonly signal: AbortSignal | undefined;
  readonly trustsModelCode?: boolean | undefined;
  /** Whether only headers and names are read. @default {"full"} */
  readonly depth?: "headers" | "full" | undefined;
}

/** Findings of one cause about one file beyond this many are counted, not listed. */
const FINDINGS_MAX = 20;
/** So many findings are listed of one directory, whatever they are about: an index can name a million absent files. */
const LISTED_MAX = 5_000;
/** Details quote names of the model, which may be as long as a file. */
const DETAIL_LENGTH_MAX = 2_000;

/**
 * What only some runtimes take: layers that are packed otherwise than the configuration says, and names of tensors without
 * the prefix of a language model.
 */
export type ModelTrait = "packed-otherwise" | "without-prefix";

/** One examination of one directory: what is there, what is known of it, and what was found. */
export class CheckContext {
  readonly files: FileSystem;
  readonly entries: ReadonlyMap<string, DirectoryFile>;
  readonly signal: AbortSignal | undefined;
  /** Whether the caller lets a runtime run code that comes with the model. */
  readonly trustsModelCode: boolean;
  /** Whether only headers and names are read, or every byte. */
  readonly depth: "headers" | "full";
  /** Digests that files must have, by path. */
  readonly digests = new Map<string, Digest>();
  /** Of which kind the model is, as far as that has been found out. */
  kind: ModelKind = "language";
  /** What was found that only some runtimes take. */
  readonly traits = new Set<ModelTrait>();
  /** What an adapter is for, as its configuration says. */
  base: string | undefined;
  readonly #budget = timeBudget();
  readonly #findings: CheckFinding[] = [];
  readonly #series = new Map<string, { readonly last: CheckFinding; readonly count: number }>();
  #hasError = false;
  #unlisted = 0;

  constructor(options: CheckContextOptions) {
    this.files = options.files;
    this.signal = options.signal;
    this.trustsModelCode = options.trustsModelCode ?? false;
    this.depth = options.depth ?? "full";
    this.entries = new Map(options.entries.map((entry) => [entry.path, entry]));
  }

  add(finding: CheckFinding): void {
    const isError = finding.level === "error";
    // The first error is always listed, as it decides whether the model is loadable.
    if (this.#findings.length >= LISTED_MAX && (this.#hasError || !isError)) {
      this.#unlisted += 1;
      return;
    }
    this.#hasError ||= isError;
    const key = `${finding.level} ${finding.cause} ${finding.path}`;
    const series = this.#series.get(key);
    const count = (series?.count ?? 0) + 1;
    if (series !== undefined && count > FINDINGS_MAX) {
      this.#series.set(key, { ...series, count });
      return;
    }
    const { detail } = finding;
    const listed =
      detail.length > DETAIL_LENGTH_MAX
        ? { ...finding, detail: `${detail.slice(0, DETAIL_LENGTH_MAX)}…` }
        : finding;
    this.#findings.push(listed);
    this.#series.set(key, { last: listed, count });
  }

  /** Adds an error. */
  refuse(cause: CheckFinding["cause"], path: string, detail: string): void {
    this.add({ cause, path, detail, level: "error" });
  }

  /** Adds what a runtime can live with. */
  warn(cause: CheckFinding["cause"], path: string, detail: string): void {
    this.add({ cause, path, detail, level: "warning" });
  }

  /** Waits for what was attempted with a file; when the disk fails, that is a finding and the answer is undefined. */
  async attempt<T>(path: string, attempt: () => Promise<T>): Promise<T | undefined> {
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

  /** Opens a file and uses it; when the disk fails, that is a finding and the answer is undefined. */
  async use<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T | undefined> {
    const entry = this.#readable(path);
    if (entry === undefined) return undefined;
    return await this.attempt(path, () => withFile(this.files, entry.target, use));
  }

  /**
   * Reads a file whole; when the disk fails, or it is larger than `sizeBytesMax`, that is a finding and the answer is
   * undefined.
   */
  async read(path: string, sizeBytesMax: number): Promise<Uint8Array | undefined> {
    const entry = this.#readable(path);
    if (entry === undefined) return undefined;
    if (entry.sizeBytes > sizeBytesMax) {
      const detail = `Not judged: it has ${entry.sizeBytes} bytes, and at most ${sizeBytesMax} are read`;
      this.refuse("not-judged", path, detail);
      return undefined;
    }
    const options = { sizeBytesMax, ...(this.signal && { signal: this.signal }) };
    return await this.attempt(path, () => readWhole(this.files, entry.target, options));
  }

  /**
   * Does in a thread of its own what a file can make slow, within the time that is left for this check; what does not
   * end is a finding and the answer is undefined: `LOAD-LIMIT`.
   */
  async apart<Name extends keyof ApartTasks>(
    name: Name,
    path: string,
    input: ApartTasks[Name]["input"],
  ): Promise<{ readonly output: ApartTasks[Name]["output"] } | undefined> {
    const answer = await apart(name, input, { budget: this.#budget, signal: this.signal });
    if (answer.isJudged) return answer;
    this.refuse("not-judged", path, answer.why);
    return undefined;
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
    if (expected === undefined || this.depth === "headers") return;
    const options = this.signal === undefined ? {} : { signal: this.signal };
    this.compare(path, await this.use(path, (file) => digestLike(expected, file, options)));
  }

  /** The findings in the order in which they were made, long series shortened. */
  findings(): CheckFinding[] {
    const more = new Map(
      [...this.#series.values()].map(({ last, count }) => [last, count - FINDINGS_MAX]),
    );
    const findings = this.#findings.map((finding) => {
      const unlisted = more.get(finding) ?? 0;
      return unlisted > 0
        ? { ...finding, detail: `${finding.detail} (and ${unlisted} more of this kind)` }
        : finding;
    });
    if (this.#unlisted === 0) return findings;
    const detail = `${this.#unlisted} more findings about this directory are not listed`;
    return [...findings, { cause: "not-judged", path: ".", detail, level: "warning" }];
  }

  /** Evicted data must not be touched: reading it would fetch it over the network. */
  #readable(path: string): DirectoryFile | undefined {
    const entry = this.entries.get(path);
    return entry?.isEvicted === true ? undefined : entry;
  }
}
