import { lackingKindParts } from "../../spec/mod.ts";
import type { CheckContext } from "./check_context.ts";
import { judgeWeights } from "./judge_weights.ts";
import type { PlacedTensors } from "./tensors/placed_tensor.ts";
import { readWeightMap } from "./config/read_weight_map.ts";
import { type ParsedHeader, parseSafetensorsHeader } from "./bytes/parse_safetensors_header.ts";
import type { ModelConfig } from "./config/read_model_config.ts";
import { examineHeader } from "./bytes/read_safetensors_header.ts";
import { scanWeights } from "./tensors/scan_weights.ts";
import { openedPaths } from "./plan/select_weights.ts";

/** What the weight files hold. */
export interface CheckedWeights {
  /** Files that belong to the model, relative to its directory. */
  readonly weightFiles: readonly string[];
  readonly tensors: PlacedTensors;
  /** Files that the index names. */
  readonly indexed: readonly string[];
}

const INDEX = "model.safetensors.index.json";
/** The largest known index has 9 MiB, and the headers of the largest known model 25 MiB together. */
const INDEX_BYTES_MAX = 64 * 1024 * 1024;
const HEADERS_BYTES_MAX = 256 * 1024 * 1024;
/** The largest known model has 215,000: 384 experts in each of 60 layers, packed. */
const TENSORS_MAX = 400_000;
/** What is no longer is parsed within milliseconds, where a thread takes some tens. */
const INLINE_BYTES_MAX = 1024 * 1024;

/**
 * Examines all weight files together: which belong, what they hold, and whether their data is there.
 *
 * @param config undefined when it could not be read; the files themselves are examined nevertheless
 * @param unusable paths that are there but cannot be opened, and have a finding already
 */
export async function checkWeights(
  context: CheckContext,
  config: ModelConfig | undefined,
  unusable: readonly string[],
): Promise<CheckedWeights> {
  const isWeight = (path: string) => path.endsWith(".safetensors");
  const paths = [...new Set([...context.entries.keys(), ...unusable])].filter(isWeight).sort();
  if (context.kind === "diffusion") return checkParts(context, paths);
  const examined = await examineHeaders(context, openedPaths(paths));
  const recorded = [...context.digests.keys()].filter(isWeight);
  const weightMap = await indexedFiles(context);
  const { selection, tensors, expected, headers } = await judgeWeights(context, {
    config,
    paths,
    headers: examined,
    weightMap,
    recorded,
  });
  await scanWeights({
    context,
    model: config && expected && { config, expected },
    tensors,
    files: new Map(selection.belonging.map((path) => [path, headers.get(path)] as const)),
  });
  for (const path of recorded) {
    if (!selection.belonging.includes(path)) await context.compareWhole(path);
  }
  const indexed = [...new Set(weightMap?.values())];
  return { weightFiles: [...selection.belonging].sort(), tensors, indexed };
}

/** The parts of a pipeline have weights of their own, with names of their own. */
async function checkParts(
  context: CheckContext,
  paths: readonly string[],
): Promise<CheckedWeights> {
  await examineHeaders(context, paths);
  refuseLackingParts(context);
  for (const path of paths) await context.compareWhole(path);
  return { weightFiles: paths, tensors: new Map(), indexed: [] };
}

/** Names what a pipeline of diffusion must have and does not: `LAYOUT-KIND`. */
export function refuseLackingParts(context: CheckContext): void {
  for (const part of lackingKindParts("diffusion", [...context.entries.keys()])) {
    context.refuse("missing-weights", "model_index.json", `The directory has no ${part}`);
  }
}

async function examineHeaders(
  context: CheckContext,
  paths: readonly string[],
): Promise<Map<string, ParsedHeader>> {
  const headers = new Map<string, ParsedHeader>();
  let bytesLeft = HEADERS_BYTES_MAX;
  let tensorsLeft = TENSORS_MAX;
  for (const path of paths) {
    const options = {
      signal: context.signal,
      headerBytesMax: bytesLeft,
      parse: (bytes: Uint8Array, fileSizeBytes: number) =>
        parseHeader(context, path, { bytes, fileSizeBytes }),
    };
    const parsed = await context.use(path, (file) => examineHeader(file, options));
    if (parsed === undefined) continue;
    headers.set(path, parsed);
    for (const { cause, detail } of parsed.faults) context.refuse(cause, path, detail);
    bytesLeft -= parsed.header?.headerSizeBytes ?? 0;
    tensorsLeft -= parsed.header?.tensors.size ?? 0;
    if (tensorsLeft >= 0) continue;
    const detail = `Not judged: with it the weight files have more than ${TENSORS_MAX} tensors`;
    context.refuse("not-judged", path, detail);
    headers.delete(path);
    break;
  }
  return headers;
}

/** Parses a header where it takes no time, or else in a thread of its own. */
async function parseHeader(
  context: CheckContext,
  path: string,
  input: { readonly bytes: Uint8Array; readonly fileSizeBytes: number },
): Promise<ParsedHeader> {
  if (input.bytes.length <= INLINE_BYTES_MAX) {
    return parseSafetensorsHeader(input.bytes, input.fileSizeBytes);
  }
  const answer = await context.apart("header", path, input);
  return answer?.output ?? { header: undefined, faults: [] };
}

/** Reads the index; mlx-lm never does, so that a bad one is not an error. */
async function indexedFiles(context: CheckContext): Promise<Map<string, string> | undefined> {
  const bytes = await context.read(INDEX, INDEX_BYTES_MAX);
  if (bytes === undefined) return undefined;
  const isSmall = bytes.length <= INLINE_BYTES_MAX;
  const answer = isSmall
    ? { output: readWeightMap(bytes) }
    : await context.apart("index", INDEX, bytes);
  if (answer !== undefined && answer.output === undefined) {
    const detail = "It is not an index of weights; mlx-lm does not read it, but mlx-swift-lm may";
    context.warn("unreadable", INDEX, detail);
  }
  return answer?.output;
}
