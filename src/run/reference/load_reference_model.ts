import { join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { readWhole, systemCode } from "../../load/bytes/read_bytes.ts";
import { readSafetensorsHeader } from "../../load/bytes/read_safetensors_header.ts";
import { describeSettings } from "../../load/config/read_quantization.ts";
import { openedPaths } from "../../load/plan/select_weights.ts";
import { countParameters } from "../../load/tensors/count_parameters.ts";
import { Engine } from "./engine.ts";
import type { EnginePlan, GatedBlock, LayerPlan, PlacedMatrix } from "./engine_plan.ts";
import type { EngineSetup } from "./engine_setup.ts";
import { compileKernels } from "./kernels/kernels.ts";
import { PAGE_BYTES, PAGES_MAX } from "./kernels/memories.ts";
import { allocateWeights, loadWeights } from "./weights/load_weights.ts";
import { WeightPlacer } from "./weights/place_weights.ts";
import type { TensorSource } from "./weights/placed_weights.ts";
import { planEngine } from "./plan_engine.ts";
import { readShape } from "./read_shape.ts";
import type { OpenReferenceModelOptions, ReferenceModel } from "./reference_model.ts";
import { CONTROL } from "./threads/thread_team.ts";
import { type WasmMemory, webAssembly } from "./wasm/web_assembly.ts";
import { BATCH_TOKENS, CacheLayout, layOutWork } from "./work_layout.ts";

/** A thread with fewer parameters than this waits longer than it computes. */
const PARAMETERS_A_THREAD_MIN = 2_000_000;

/** The work behind `openReferenceModel`. */
export async function loadReferenceModel(
  files: FileSystem,
  directory: string,
  options: OpenReferenceModelOptions = {},
): Promise<ReferenceModel> {
  const { signal, segmentBytesMax = (PAGES_MAX - 1) * PAGE_BYTES } = options;
  signal?.throwIfAborted();
  const configPath = join(directory, "config.json");
  const read = { ...(signal && { signal }) };
  const bytes = await found(directory, readWhole(files, configPath, read));
  const { config, shape } = readShape(bytes, configPath);
  const sources = await findTensors(files, directory, read);
  const { quantization } = config;
  const placer = new WeightPlacer(sources, { directory, segmentBytesMax, quantization });
  const plan = planEngine(shape, placer);
  const placed = placer.placed();
  const tensors = new Map(
    [...sources].map(([name, { entry, file }]) => [name, { ...entry, file }]),
  );
  const parameterCount = countParameters(tensors, config);
  const threads = await import("./threads/compute_threads.ts");
  const cores = threads.coreCount();
  const threadCount = options.threads ?? threadCountFor(parameterCount, cores);
  if (!Number.isSafeInteger(threadCount) || threadCount < 1) {
    throw new ModelError(
      "invalid-argument",
      `Cannot compute with ${threadCount} threads: expected a positive integer`,
    );
  }
  const setup = setUp(plan, allocateWeights(placed), threadCount);
  const isSmall = parameterCount < 2 * PARAMETERS_A_THREAD_MIN && threadCount === 1;
  // Threads begin while the weights are read.
  const started = (isSmall ? threads.computeHere : threads.startThreads)(setup);
  try {
    await loadWeights(files, { placed, memories: setup.weights }, read);
  } catch (error) {
    await started.close();
    throw error;
  }
  const facts = {
    architecture: config.modelType,
    parameterCount,
    tensorCount: sources.size,
    quantization: quantization && describeSettings(quantization),
    vocabularySize: shape.vocabularySize,
  };
  return new Engine(facts, setup, started);
}

function threadCountFor(parameterCount: number, cores: number): number {
  return Math.min(cores, Math.max(1, Math.floor(parameterCount / PARAMETERS_A_THREAD_MIN)));
}

function setUp(plan: EnginePlan, weights: readonly WasmMemory[], threadCount: number): EngineSetup {
  const layout = layOutWork(plan, threadCount);
  const pages = Math.ceil(new CacheLayout(plan, layout, 0).sizeBytes / PAGE_BYTES);
  if (pages > PAGES_MAX) {
    throw new ModelError(
      "limit-exceeded",
      `Cannot compute with ${threadCount} threads: what they work on does not fit in the 4 GiB that can be addressed`,
    );
  }
  const formats = new Set(
    [plan.embedding, plan.head, ...plan.layers.flatMap(matricesOf)].map(({ format }) => format),
  );
  return {
    plan,
    layout,
    weights,
    threadCount,
    module: compileKernels([...formats]),
    work: new webAssembly.Memory({ initial: pages, maximum: PAGES_MAX, shared: true }),
    control: new SharedArrayBuffer((CONTROL.tokenIds + BATCH_TOKENS) * 4),
  };
}

function matricesOf({ query, key, value, output, inner }: LayerPlan): PlacedMatrix[] {
  const ofBlock = ({ gate, up, down }: GatedBlock) => [gate, up, down];
  const attention = [query, key, value, output];
  if (!("router" in inner)) return [...attention, ...ofBlock(inner)];
  const { router, experts, shared } = inner;
  const ofShared = shared === undefined ? [] : [shared.gate, ...ofBlock(shared.block)];
  return [...attention, router, ...experts.flatMap(ofBlock), ...ofShared];
}

/** The tensors of all files that mlx-lm opens; of a name that is there twice, the last file's by name. */
async function findTensors(
  files: FileSystem,
  directory: string,
  options: { readonly signal?: AbortSignal },
): Promise<Map<string, TensorSource>> {
  const names = await found(directory, files.readdir(directory));
  const sources = new Map<string, TensorSource>();
  const paths = openedPaths(names.filter((name) => name.endsWith(".safetensors"))).sort();
  for (const path of paths) {
    const file = join(directory, path);
    const header = await readSafetensorsHeader(files, file, options);
    for (const [name, entry] of header.tensors) {
      sources.set(name, { file, position: header.dataStart + entry.start, entry });
    }
  }
  if (sources.size > 0) return sources;
  throw new ModelError(
    "not-downloaded",
    `Cannot run "${directory}": it has no model*.safetensors. Download the model first`,
  );
}

async function found<Result>(directory: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw new ModelError(
      "not-downloaded",
      `Cannot run "${directory}": there is no model. Download it first`,
      { cause: error },
    );
  }
}
