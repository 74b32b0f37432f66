import {
  type CanLoadReport,
  type CodeTrust,
  type DownloadRequest,
  type FileSystem,
  type MemoryEstimate,
  type ModelKind,
  modelKind,
  type RuntimeVerdict,
} from "../../spec/mod.ts";
import { downloadKind } from "../download/repository_kind.ts";
import type { RepositorySnapshot } from "../download/repository_snapshot.ts";
import { ModelError } from "../errors.ts";
import { selectFiles, selectionOf, withKind } from "../layout/select_files.ts";
import { apart, timeBudget } from "../load/apart/apart.ts";
import { CheckContext } from "../load/check_context.ts";
import {
  addConfigFaults,
  packedElsewhere,
  reportEmptyFiles,
  reportTextFiles,
  reportWithoutConfig,
} from "../load/check_small_files.ts";
import { refuseLackingParts } from "../load/check_weights.ts";
import {
  type ModelConfig,
  type ReadConfig,
  readModelConfig,
} from "../load/config/read_model_config.ts";
import { describeSettings } from "../load/config/read_quantization.ts";
import { type JudgedWeights, judgeWeights, type WeightHeaders } from "../load/judge_weights.ts";
import { openedPaths } from "../load/plan/select_weights.ts";
import { addVerdicts } from "../load/runtimes/add_verdicts.ts";
import { newestVerdicts } from "../load/runtimes/choose_runtime.ts";
import { countParameters } from "../load/tensors/count_parameters.ts";
import { listedEntries, RemoteModel } from "./remote_model.ts";
import type { ReadAllowance } from "./remote_start.ts";

/** The headers of the largest known model have 25 MiB together. */
const READ_BYTES_MAX = 64 * 1024 * 1024;
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
/** What is no longer is parsed within milliseconds. */
const INLINE_BYTES_MAX = 1024 * 1024;
const CONTEXT_TOKENS = 4_096;

/** What {@linkcode canLoad} is asked. */
export interface CanLoadOptions extends CodeTrust {
  readonly snapshot: RepositorySnapshot;
  /** For the context of a check; nothing is read from it. */
  readonly files: FileSystem;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says which runtimes load a model of the hub, before it is downloaded: `LOAD-AHEAD`, `LOAD-AHEAD-BYTES`.
 *
 * It reads the listing, `config.json`, the index, and the headers of the weight files by ranges; never the weights.
 * It is about the files that a download with the patterns of the request would have.
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
  const listed = snapshot.listed.map(({ path }) => path);
  const byListing = modelKind({ paths: listed, config: undefined });
  const weights = selectFiles(snapshot.listed, selectionOf(request))
    .map(({ path }) => path)
    .filter((path) => path.endsWith(".safetensors"));
  const [read, adapter, weightMap, processor, headers] = await Promise.all([
    readConfig(remote, signal),
    byListing === "adapter" ? remote.read("adapter_config.json", INLINE_BYTES_MAX) : undefined,
    remote.weightMap(),
    remote.processor(),
    remote.headers(byListing === "diffusion" ? weights : openedPaths(weights)),
  ]);
  const kind = modelKind({ paths: listed, config: read?.config?.json });
  const selection = withKind(selectionOf(request), downloadKind(listed, kind), listed);
  const wanted = selectFiles(snapshot.listed, selection);
  const context = new CheckContext({
    files: options.files,
    entries: listedEntries(wanted),
    signal,
    trustsModelCode: options.trustModelCode,
  });
  context.kind = kind;
  if (read === undefined) reportWithoutConfig(context, adapter);
  else addConfigFaults(context, read);
  const config = read?.config && packedElsewhere(context, read.config);
  const judged = await judgeHeaders(context, { config, paths: weights, headers, weightMap });
  reportEmptyFiles(context);
  reportTextFiles(context);
  const indexed = [...new Set(weightMap?.values())];
  const paths = wanted.map(({ path }) => path).toSorted();
  const runtimes = addVerdicts(context, config, { paths, indexed, processor, isAhead: true });
  const opened = new Set(judged?.selection.belonging ?? weights);
  const weightBytes = sizeOf(wanted.filter(({ path }) => opened.has(path)));
  return {
    repository,
    commit: snapshot.commit,
    kind,
    architecture: config?.modelType,
    canLoad: runtimes.some(({ loads }) => loads),
    runtimes,
    findings: context.findings(),
    ...(context.base !== undefined && { base: context.base }),
    downloadBytes: sizeOf(wanted),
    weightBytes,
    quantization: config?.quantization && describeSettings(config.quantization),
    parameterCount: judged === undefined ? 0 : countParameters(judged.tensors, config),
    tensorCount: judged?.tensors.size ?? 0,
    peakMemory: config && estimateMemory(config, weightBytes),
    bytesRead: allowance.bytesRead,
    alternatives: alternativesIn(runtimes, kind),
  };
}

/** @returns undefined where the repository has none */
async function readConfig(
  remote: RemoteModel,
  signal: AbortSignal | undefined,
): Promise<ReadConfig | undefined> {
  const bytes = await remote.read("config.json", CONFIG_BYTES_MAX);
  if (bytes === undefined || bytes.length <= INLINE_BYTES_MAX)
    return bytes && readModelConfig(bytes);
  const answer = await apart("config", bytes, { budget: timeBudget(), signal });
  if (answer.isJudged) return answer.output;
  return { config: undefined, faults: [{ cause: "not-judged", detail: answer.why }] };
}

/** The parts of a pipeline are no model of their own. */
async function judgeHeaders(
  context: CheckContext,
  input: Omit<WeightHeaders, "recorded">,
): Promise<JudgedWeights | undefined> {
  for (const [path, { faults }] of input.headers)
    for (const { cause, detail } of faults) context.refuse(cause, path, detail);
  // What the hub lists belongs to the repository, as what a download has recorded does.
  if (context.kind !== "diffusion")
    return judgeWeights(context, { ...input, recorded: input.paths });
  refuseLackingParts(context);
  return undefined;
}

/** What can be done for the newest release of each runtime that is for models of this kind. */
function alternativesIn(runtimes: readonly RuntimeVerdict[], kind: ModelKind): string[] {
  const newest = newestVerdicts(runtimes, kind);
  const remedies = (newest.length === 0 ? runtimes : newest).flatMap(({ remedy }) => remedy ?? []);
  return [...new Set(remedies)];
}

function sizeOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
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
