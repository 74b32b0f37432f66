import { type CheckFinding, lackingKindParts } from "../../spec/mod.ts";
import { checkArchitecture } from "./check_architecture.ts";
import type { CheckContext } from "./check_context.ts";
import { type ExpectedModel, expectedModel, wantedNames } from "./config/expected_tensors.ts";
import { judgeTensors } from "./tensors/judge_tensors.ts";
import { type PlacedTensor, type PlacedTensors } from "./tensors/placed_tensor.ts";
import { readWeightMap } from "./config/read_weight_map.ts";
import { type ParsedHeader, parseSafetensorsHeader } from "./bytes/parse_safetensors_header.ts";
import type { ModelConfig } from "./config/read_model_config.ts";
import { examineHeader } from "./bytes/read_safetensors_header.ts";
import { scanWeights } from "./tensors/scan_weights.ts";
import { openedPaths, selectWeights, type WeightSelection } from "./plan/select_weights.ts";

/** What the weight files hold. */
export interface CheckedWeights {
  /** Files that belong to the model, relative to its directory. */
  readonly weightFiles: readonly string[];
  readonly tensors: PlacedTensors;
}

const INDEX = "model.safetensors.index.json";
/** The largest known index has 9 MiB, and the headers of the largest known model 25 MiB together. */
const INDEX_BYTES_MAX = 64 * 1024 * 1024;
const HEADERS_BYTES_MAX = 256 * 1024 * 1024;
/** The largest known model has 215,000: 384 experts in each of 60 layers, packed. */
const TENSORS_MAX = 400_000;
/** What is no longer is parsed within milliseconds, where a thread takes some tens. */
const INLINE_BYTES_MAX = 1024 * 1024;
const PARTS = /\.(?:weight|bias|scales|biases)$/;

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
  const headers = await examineHeaders(context, openedPaths(paths));
  const expected = config && expectedModel(config);
  const recorded = [...context.digests.keys()].filter(isWeight);
  const weightMap = await indexedFiles(context);
  const selection = selectWeights({
    candidates: paths.map((path) => ({
      path,
      tensors: namesIn(headers.get(path)),
      recorded: context.digests.has(path),
    })),
    weightMap,
    wanted: config && expected && wantedNames(expected, config, dtypesIn(headers)),
    recordedPaths: recorded.filter((path) => !path.includes("/")),
  });
  for (const finding of selection.findings) addSelectionFinding(context, finding);

  const tensors = placeTensors(context, selection, headers);
  refuseUnreadable(context, tensors);
  if (config !== undefined) {
    await judge({ context, config, expected, tensors, selection, headers, weightMap });
  }
  await scanWeights({
    context,
    model: config && expected && { config, expected },
    tensors,
    files: new Map(selection.belonging.map((path) => [path, headers.get(path)] as const)),
  });
  for (const path of recorded) {
    if (!selection.belonging.includes(path)) await context.compareWhole(path);
  }
  return { weightFiles: [...selection.belonging].sort(), tensors };
}

/** The parts of a pipeline have weights of their own, with names of their own. */
async function checkParts(
  context: CheckContext,
  paths: readonly string[],
): Promise<CheckedWeights> {
  await examineHeaders(context, paths);
  for (const part of lackingKindParts("diffusion", [...context.entries.keys()])) {
    context.refuse("missing-weights", "model_index.json", `The directory has no ${part}`);
  }
  for (const path of paths) await context.compareWhole(path);
  return { weightFiles: paths, tensors: new Map() };
}

/** Only mlx-lm opens nothing but `model*`; runtimes of audio read other names, and another format. */
function addSelectionFinding(context: CheckContext, finding: CheckFinding): void {
  const { cause, level } = finding;
  const isOther = context.kind === "audio" || context.kind === "adapter";
  if (cause !== "missing-weights" || !isOther) return context.add(finding);
  if (level === "warning") return;
  const npz = [...context.entries.keys()].find((path) => /^[^/]+\.npz$/.test(path));
  if (npz === undefined) return context.add(finding);
  context.warn("unreadable", npz, "Weights in this format of NumPy were not examined");
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

/** A tensor whose entry is wrong is still named by the header. */
function namesIn(parsed: ParsedHeader | undefined): ReadonlySet<string> | undefined {
  if (parsed?.header === undefined) return undefined;
  const faulty = parsed.faults.flatMap(({ tensor }) => tensor ?? []);
  return new Set([...parsed.header.tensors.keys(), ...faulty]);
}

/** Dtypes of all tensors, in whichever file. */
function dtypesIn(headers: ReadonlyMap<string, ParsedHeader>): Map<string, string> {
  const entries = [...headers.values()].flatMap(({ header }) => [...(header?.tensors ?? [])]);
  return new Map(entries.map(([name, { dtype }]) => [name, dtype]));
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

function placeTensors(
  context: CheckContext,
  selection: WeightSelection,
  headers: ReadonlyMap<string, ParsedHeader>,
): Map<string, PlacedTensor> {
  const tensors = new Map<string, PlacedTensor>();
  for (const file of selection.belonging) {
    for (const [name, entry] of headers.get(file)?.header?.tensors ?? []) {
      const earlier = tensors.get(name);
      if (earlier !== undefined) {
        const detail = `Tensor "${name}" is also in "${earlier.file}", and which one counts is undefined`;
        context.refuse("duplicate-tensor", file, detail);
      }
      tensors.set(name, { ...entry, file });
    }
  }
  return tensors;
}

interface JudgeInput {
  readonly context: CheckContext;
  readonly config: ModelConfig;
  readonly expected: ExpectedModel | undefined;
  readonly tensors: PlacedTensors;
  readonly selection: WeightSelection;
  readonly headers: ReadonlyMap<string, ParsedHeader>;
  readonly weightMap: ReadonlyMap<string, string> | undefined;
}

/** Dtypes of the safetensors format that no version of MLX reads: `mx.load` fails on the whole file. */
const UNREADABLE_DTYPES: ReadonlySet<string> = new Set([
  "F64",
  "F8_E5M2",
  "F6_E2M3",
  "F6_E3M2",
  "F4",
]);

function refuseUnreadable(context: CheckContext, tensors: PlacedTensors): void {
  for (const [name, { dtype, file }] of tensors) {
    if (!UNREADABLE_DTYPES.has(dtype)) continue;
    const detail = `Tensor "${name}" has the dtype ${dtype}, which MLX cannot read`;
    context.refuse("dtype", file, detail);
  }
}

async function judge(input: JudgeInput): Promise<void> {
  const { context, config, expected, tensors, selection, headers, weightMap } = input;
  const isUnread = selection.belonging.some((path) => {
    const parsed = headers.get(path);
    const entries = parsed?.header?.tensors;
    return (
      entries === undefined ||
      parsed?.faults.some(({ tensor }) => tensor !== undefined && !entries.has(tensor)) === true
    );
  });
  const isIncomplete = selection.isIncomplete || isUnread;
  if (tensors.size === 0 && isIncomplete) return;
  const own = new Map(selection.belonging.map((path) => [path, headers.get(path)] as const));
  const faults =
    expected === undefined
      ? await checkArchitecture({
          context,
          config,
          tensors,
          headers: own,
          weightMap,
          isIncomplete,
        })
      : judgeTensors(tensors, { config, expected }, { isIncomplete });
  judgeQuantizationBlock(context, config, tensors);
  const anyFile = selection.belonging[0] ?? "model.safetensors";
  for (const { cause, tensor, detail } of faults) {
    const layer = tensor.replace(PARTS, "");
    // A missing tensor is looked for where the rest of its layer is.
    const beside = ["weight", "scales", "biases"].map((part) => tensors.get(`${layer}.${part}`));
    const file = tensors.get(tensor)?.file ?? beside.find((one) => one !== undefined)?.file;
    context.refuse(cause, file ?? anyFile, detail);
  }
}

/** The configuration declares quantization exactly if there are packed layers. */
function judgeQuantizationBlock(
  context: CheckContext,
  config: ModelConfig,
  tensors: PlacedTensors,
): void {
  const count = [...tensors.keys()].filter((name) => name.endsWith(".scales")).length;
  if (count > 0 && config.quantization === undefined && config.foreign === undefined) {
    const detail = `It has no usable quantization block, but the weights have ${count} packed layers`;
    context.refuse("quantization", "config.json", detail);
  }
  const isPacked = [...tensors.values()].some(({ dtype }) => dtype === "U32");
  if (count === 0 && !isPacked && config.quantization !== undefined && tensors.size > 0) {
    const detail = "It declares quantization, but no layer is packed";
    context.warn("quantization", "config.json", detail);
  }
}
