import type { CheckFinding } from "../../spec/mod.ts";
import { checkArchitecture } from "./check_architecture.ts";
import type { CheckContext } from "./check_context.ts";
import { type ExpectedModel, expectedModel, wantedNames } from "./config/expected_tensors.ts";
import { judgeTensors } from "./tensors/judge_tensors.ts";
import { type PlacedTensor, type PlacedTensors } from "./tensors/placed_tensor.ts";
import type { ParsedHeader } from "./bytes/parse_safetensors_header.ts";
import type { ModelConfig } from "./config/read_model_config.ts";
import { selectWeights, type WeightSelection } from "./plan/select_weights.ts";

/** What is known of the weight files by their headers alone, on the disk or before they are downloaded. */
export interface WeightHeaders {
  /** Undefined when it could not be read. */
  readonly config: ModelConfig | undefined;
  /** Paths of all weight files. */
  readonly paths: readonly string[];
  readonly headers: ReadonlyMap<string, ParsedHeader>;
  /** Tensor name to file, from the index. */
  readonly weightMap: ReadonlyMap<string, string> | undefined;
  /** Weight files that are known to be the repository's: a digest is recorded of them, or the hub lists them. */
  readonly recorded: readonly string[];
}

/** The weight files that belong to the model, and their tensors. */
export interface JudgedWeights {
  readonly selection: WeightSelection;
  readonly tensors: PlacedTensors;
  readonly expected: ExpectedModel | undefined;
  /** With the names of the tensors as they were judged. */
  readonly headers: ReadonlyMap<string, ParsedHeader>;
}

const PARTS = /\.(?:weight|bias|scales|biases)$/;

/** Finds which weight files belong to a model, and whether their tensors are its tensors; no data is read. */
export async function judgeWeights(
  context: CheckContext,
  input: WeightHeaders,
): Promise<JudgedWeights> {
  const { config, paths, weightMap, recorded } = input;
  const headers = withPrefix(context, config, input.headers);
  const expected = config && expectedModel(config);
  const known = new Set(recorded);
  const selection = selectWeights({
    candidates: paths.map((path) => ({
      path,
      tensors: namesIn(headers.get(path)),
      recorded: known.has(path),
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
  return { selection, tensors, expected, headers };
}

/** Types whose runtimes for embeddings put the prefix before the names of the tensors. */
const PREFIXED_TYPES: ReadonlySet<string> = new Set(["qwen3"]);
const PREFIX = "model.";

/** Embeddings of some language models are published without the prefix, which some runtimes add. */
function withPrefix(
  context: CheckContext,
  config: ModelConfig | undefined,
  headers: ReadonlyMap<string, ParsedHeader>,
): ReadonlyMap<string, ParsedHeader> {
  const names = [...headers.values()].flatMap(({ header }) => [...(header?.tensors.keys() ?? [])]);
  const isBare =
    names.length > 0 && names.every((name) => /^(?:embed_tokens|layers|norm)\./.test(name));
  if (!isBare || !PREFIXED_TYPES.has(config?.modelType ?? "")) return headers;
  context.traits.add("without-prefix");
  return new Map(
    [...headers].map(([path, { header, faults }]) => {
      const tensors = new Map(
        [...(header?.tensors ?? [])].map(([name, entry]) => [`${PREFIX}${name}`, entry]),
      );
      return [path, { header: header && { ...header, tensors }, faults }];
    }),
  );
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
  for (const { cause, tensor, detail, level = "error" } of faults) {
    const layer = tensor.replace(PARTS, "");
    // A missing tensor is looked for where the rest of its layer is.
    const beside = ["weight", "scales", "biases"].map((part) => tensors.get(`${layer}.${part}`));
    const file = tensors.get(tensor)?.file ?? beside.find((one) => one !== undefined)?.file;
    if (cause === "quantization" && level === "warning") context.traits.add("packed-otherwise");
    context.add({ cause, path: file ?? anyFile, detail, level });
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
