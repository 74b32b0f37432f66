import {
  type CanLoadReport,
  type CodeTrust,
  type DownloadRequest,
  type FileSystem,
  type MemoryEstimate,
  modelKind,
} from "../../spec/mod.ts";
import type { RepositorySnapshot } from "../download/repository_snapshot.ts";
import { ModelError } from "../errors.ts";
import { resolveUrl } from "../hub/hub_urls.ts";
import { selectFiles, selectionOf, withKind } from "../layout/select_files.ts";
import type { ParsedHeader } from "../load/bytes/parse_safetensors_header.ts";
import { examineHeader } from "../load/bytes/read_safetensors_header.ts";
import { CheckContext } from "../load/check_context.ts";
import { type ModelConfig, readModelConfig } from "../load/config/read_model_config.ts";
import { describeSettings } from "../load/config/read_quantization.ts";
import { readWeightMap } from "../load/config/read_weight_map.ts";
import { type JudgedWeights, judgeWeights, type WeightHeaders } from "../load/judge_weights.ts";
import { openedPaths } from "../load/plan/select_weights.ts";
import { addVerdicts } from "../load/runtimes/add_verdicts.ts";
import { countParameters } from "../load/tensors/count_parameters.ts";
import { type ReadAllowance, RemoteStart } from "./remote_start.ts";

const CONFIG = "config.json";
const INDEX = "model.safetensors.index.json";
const PROCESSORS = ["preprocessor_config.json", "processor_config.json"];
/** The headers of the largest known model have 25 MiB together. */
const READ_BYTES_MAX = 64 * 1024 * 1024;
/** Only says which files belong together; the listing mostly says so too. */
const INDEX_BYTES_MAX = 4 * 1024 * 1024;
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
const READERS = 8;
const CONTEXT_TOKENS = 4_096;

/** What {@linkcode canLoad} is asked. */
export interface CanLoadOptions extends CodeTrust {
  readonly snapshot: RepositorySnapshot;
  /** For the context of a check; nothing is read from it. */
  readonly files: FileSystem;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says which runtimes load a model of the hub, before it is downloaded.
 *
 * It reads the listing, `config.json`, the index, and the headers of the weight files by ranges; never the weights.
 *
 * @throws {ModelError} as the hub answers; `limit-exceeded` for headers longer than any known
 */
export async function canLoad(
  request: DownloadRequest,
  options: CanLoadOptions,
): Promise<CanLoadReport> {
  const { snapshot, signal } = options;
  const { repository } = request;
  const allowance: ReadAllowance = { bytesLeft: READ_BYTES_MAX, bytesRead: 0 };
  const remote = new RemoteModel(snapshot, { repository, allowance, signal });
  const paths = snapshot.listed.map(({ path }) => path).toSorted();
  const context = new CheckContext({
    files: options.files,
    entries: [],
    signal,
    trustsModelCode: options.trustModelCode,
  });
  context.kind = modelKind({ paths, config: undefined });
  const [config, weightMap, processor, headers] = await Promise.all([
    readConfig(remote, context),
    readIndex(remote),
    readProcessor(remote),
    readHeaders(remote, context),
  ]);
  if (config !== undefined && context.kind === "language") context.kind = config.kind;
  const judged = await judgeHeaders(context, { config, weightMap, headers, paths });
  const indexed = [...new Set(weightMap?.values())];
  const runtimes = addVerdicts(context, config, { paths, indexed, processor });
  const weightBytes = sizeOf(
    snapshot,
    judged?.selection.belonging ??
      openedPaths(paths.filter((path) => path.endsWith(".safetensors"))),
  );
  const wanted = selectFiles(snapshot.listed, withKind(selectionOf(request), context.kind));
  return {
    schema: "mlx-layout/can-load/1",
    repository,
    commit: snapshot.commit,
    kind: context.kind,
    architecture: config?.modelType,
    canLoad: runtimes.some(({ loads }) => loads),
    runtimes,
    findings: context.findings(),
    downloadBytes: wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    weightBytes,
    quantization: config?.quantization && describeSettings(config.quantization),
    parameterCount: judged === undefined ? 0 : countParameters(judged.tensors, config),
    tensorCount: judged?.tensors.size ?? 0,
    peakMemory: config && estimateMemory(config, weightBytes),
    bytesRead: allowance.bytesRead,
    alternatives: [...new Set(runtimes.flatMap(({ remedy }) => remedy ?? []))],
  };
}

/** The parts of an adapter and of a pipeline are no model of their own. */
async function judgeHeaders(
  context: CheckContext,
  input: Omit<WeightHeaders, "recorded">,
): Promise<JudgedWeights | undefined> {
  if (context.kind === "adapter" || context.kind === "diffusion") return undefined;
  const paths = input.paths.filter((path) => path.endsWith(".safetensors"));
  return judgeWeights(context, { ...input, paths, recorded: [] });
}

/** The small files and the beginnings of the large ones, as the hub has them. */
class RemoteModel {
  readonly snapshot: RepositorySnapshot;
  readonly #repository: string;
  readonly #allowance: ReadAllowance;
  readonly #signal: AbortSignal | undefined;

  constructor(
    snapshot: RepositorySnapshot,
    options: {
      readonly repository: string;
      readonly allowance: ReadAllowance;
      readonly signal: AbortSignal | undefined;
    },
  ) {
    this.snapshot = snapshot;
    this.#repository = options.repository;
    this.#allowance = options.allowance;
    this.#signal = options.signal;
  }

  sizeOf(path: string): number | undefined {
    return this.snapshot.listed.find((file) => file.path === path)?.sizeBytes;
  }

  start(path: string): RemoteStart {
    const { client, commit } = this.snapshot;
    const url = resolveUrl(client.endpoint, this.#repository, { commit, path });
    const file = { url, path, sizeBytes: this.sizeOf(path) ?? 0 };
    return new RemoteStart(client, file, { allowance: this.#allowance, signal: this.#signal });
  }

  /** Reads a small file whole; undefined where it is not listed, or larger than that. */
  async read(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
    const sizeBytes = this.sizeOf(path);
    if (sizeBytes === undefined || sizeBytes > bytesMax) return undefined;
    const bytes = new Uint8Array(sizeBytes);
    await this.start(path).read(bytes, 0);
    return bytes;
  }
}

async function readConfig(
  remote: RemoteModel,
  context: CheckContext,
): Promise<ModelConfig | undefined> {
  const bytes = await remote.read(CONFIG, CONFIG_BYTES_MAX);
  if (bytes === undefined) {
    const isOwn = context.kind === "adapter" || context.kind === "diffusion";
    if (!isOwn) context.refuse("missing-config", CONFIG, "The repository has no config.json");
    return undefined;
  }
  // What takes long to parse is parsed in a thread of its own.
  const read =
    bytes.length <= 1024 * 1024
      ? readModelConfig(bytes)
      : (await context.apart("config", CONFIG, bytes))?.output;
  const { config, faults } = read ?? { config: undefined, faults: [] };
  for (const { cause, detail } of faults) {
    const isTrusted = cause === "model-code" && context.trustsModelCode;
    context.add({ cause, path: CONFIG, detail, level: isTrusted ? "warning" : "error" });
  }
  return config;
}

async function readIndex(remote: RemoteModel): Promise<Map<string, string> | undefined> {
  const bytes = await remote.read(INDEX, INDEX_BYTES_MAX);
  return bytes && readWeightMap(bytes);
}

async function readProcessor(remote: RemoteModel): Promise<string | undefined> {
  for (const path of PROCESSORS) {
    const bytes = await remote.read(path, 1024 * 1024);
    const name = /"processor_class"\s{0,10}:\s{0,10}"(\w{1,100})"/.exec(
      bytes === undefined ? "" : new TextDecoder().decode(bytes),
    )?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

async function readHeaders(
  remote: RemoteModel,
  context: CheckContext,
): Promise<Map<string, ParsedHeader>> {
  const listed = remote.snapshot.listed.map(({ path }) => path);
  const paths = openedPaths(listed.filter((path) => path.endsWith(".safetensors"))).toSorted();
  const headers = new Map<string, ParsedHeader>();
  const queue = [...paths];
  const work = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const parsed = await examineHeader(remote.start(path), { signal: context.signal });
      headers.set(path, parsed);
      for (const { cause, detail } of parsed.faults) context.refuse(cause, path, detail);
    }
  };
  await Promise.all(Array.from({ length: READERS }, work));
  return headers;
}

function sizeOf({ listed }: RepositorySnapshot, paths: readonly string[]): number {
  const wanted = new Set(paths);
  return listed.reduce((sum, { path, sizeBytes }) => sum + (wanted.has(path) ? sizeBytes : 0), 0);
}

/** Weights, keys and values of a context in 16 bits, and a tenth for what is computed on the way. */
function estimateMemory(config: ModelConfig, weightBytes: number): MemoryEstimate {
  const { layerCount, headCount, hiddenSize, keyValueHeadCount, headSize } = config;
  const heads = keyValueHeadCount ?? headCount ?? 0;
  const size = headSize ?? (hiddenSize ?? 0) / (headCount ?? 1);
  const cacheBytes = Math.ceil((layerCount ?? 0) * 2 * heads * size * CONTEXT_TOKENS * 2);
  return {
    bytes: Math.ceil(weightBytes * 1.1) + cacheBytes,
    contextTokens: CONTEXT_TOKENS,
    cacheBytes,
  };
}

/** Says that the question needs the hub. @throws {ModelError} `offline` */
export function refuseOffline(repository: string): never {
  throw new ModelError(
    "offline",
    `Cannot ask about "${repository}": the network is switched off (HF_HUB_OFFLINE or --offline); switch it on, or check a downloaded copy`,
  );
}
