import { checkArchitecture } from "./check_architecture.ts";
import type { CheckContext } from "./check_context.ts";
import { type ExpectedModel, expectedModel, wantedNames } from "./config/expected_tensors.ts";
import { judgeTensors } from "./tensors/judge_tensors.ts";
import { type PlacedTensor, type PlacedTensors } from "./tensors/placed_tensor.ts";
import { isRecord, parseJson } from "./config/parse_json.ts";
import type { ParsedHeader } from "./bytes/parse_safetensors_header.ts";
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
  const headers = await examineHeaders(context, openedPaths(paths));
  const expected = config && expectedModel(config);
  const recorded = [...context.digests.keys()].filter(isWeight);
  const weightMap = await readWeightMap(context);
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
  for (const finding of selection.findings) context.add(finding);

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

async function examineHeaders(
  context: CheckContext,
  paths: readonly string[],
): Promise<Map<string, ParsedHeader>> {
  const headers = new Map<string, ParsedHeader>();
  const options = context.signal === undefined ? {} : { signal: context.signal };
  for (const path of paths) {
    const parsed = await context.use(path, (file) => examineHeader(file, options));
    if (parsed === undefined) continue;
    headers.set(path, parsed);
    for (const { cause, detail } of parsed.faults) context.refuse(cause, path, detail);
  }
  return headers;
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
async function readWeightMap(context: CheckContext): Promise<Map<string, string> | undefined> {
  const bytes = await context.read(INDEX);
  if (bytes === undefined) return undefined;
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  const weightMap = isRecord(json) ? json["weight_map"] : undefined;
  if (!isRecord(weightMap)) {
    const detail = "It is not an index of weights; mlx-lm does not read it, but mlx-swift-lm may";
    context.warn("unreadable", INDEX, detail);
    return undefined;
  }
  const entries = Object.entries(weightMap);
  return new Map(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
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
