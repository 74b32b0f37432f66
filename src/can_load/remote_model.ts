import type { RepositorySnapshot } from "../download/repository_snapshot.ts";
import { resolveUrl } from "../hub/hub_urls.ts";
import type { ParsedHeader } from "../load/bytes/parse_safetensors_header.ts";
import { examineHeader } from "../load/bytes/read_safetensors_header.ts";
import { readWeightMap } from "../load/config/read_weight_map.ts";
import type { DirectoryFile } from "../load/list_entries.ts";
import { PROCESSOR_FILES, processorIn } from "../load/runtimes/read_processor.ts";
import { type ReadAllowance, RemoteStart } from "./remote_start.ts";

const INDEX = "model.safetensors.index.json";
/** Only says which files belong together; the listing mostly says so too. */
const INDEX_BYTES_MAX = 4 * 1024 * 1024;
const PROCESSOR_BYTES_MAX = 1024 * 1024;
const READERS = 8;

/** What is asked of {@linkcode RemoteModel}. */
export interface RemoteModelOptions {
  readonly repository: string;
  readonly allowance: ReadAllowance;
  readonly signal: AbortSignal | undefined;
}

/** The small files and the beginnings of the large ones, as the hub has them. */
export class RemoteModel {
  readonly #snapshot: RepositorySnapshot;
  readonly #options: RemoteModelOptions;
  readonly #sizes: ReadonlyMap<string, number>;

  constructor(snapshot: RepositorySnapshot, options: RemoteModelOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
    this.#sizes = new Map(snapshot.listed.map(({ path, sizeBytes }) => [path, sizeBytes]));
  }

  /** Reads a small file whole; undefined where it is not listed, or larger than that. */
  async read(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
    const sizeBytes = this.#sizes.get(path);
    if (sizeBytes === undefined || sizeBytes > bytesMax) return undefined;
    const bytes = new Uint8Array(sizeBytes);
    await this.#start(path).read(bytes, 0);
    return bytes;
  }

  /** The file of each tensor, as the index has it. */
  async weightMap(): Promise<Map<string, string> | undefined> {
    const bytes = await this.read(INDEX, INDEX_BYTES_MAX);
    return bytes && readWeightMap(bytes);
  }

  /** The class of the processor that a vision model is opened with. */
  async processor(): Promise<string | undefined> {
    for (const path of PROCESSOR_FILES) {
      const bytes = await this.read(path, PROCESSOR_BYTES_MAX);
      const name = bytes && processorIn(bytes);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** The headers of weight files, some at a time. */
  async headers(paths: readonly string[]): Promise<Map<string, ParsedHeader>> {
    const parsed = new Map<string, ParsedHeader>();
    const queue = paths.toSorted();
    const work = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift())
        parsed.set(path, await examineHeader(this.#start(path), { signal: this.#options.signal }));
    };
    await Promise.all(Array.from({ length: READERS }, work));
    return new Map([...parsed].toSorted(([one], [two]) => (one < two ? -1 : 1)));
  }

  #start(path: string): RemoteStart {
    const { client, commit } = this.#snapshot;
    const { repository, allowance, signal } = this.#options;
    const url = resolveUrl(client.endpoint, repository, { commit, path });
    const file = { url, path, sizeBytes: this.#sizes.get(path) ?? 0 };
    return new RemoteStart(client, file, { allowance, signal });
  }
}

/** The files of a download, as a directory would list them; none of them is ever opened. */
export function listedEntries(
  listed: readonly { readonly path: string; readonly sizeBytes: number }[],
): DirectoryFile[] {
  return listed.map(({ path, sizeBytes }) => ({
    path,
    target: path,
    sizeBytes,
    isEvicted: false,
    isHollow: false,
  }));
}
