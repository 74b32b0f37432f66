import { join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { countParameters } from "../../load/count_parameters.ts";
import { readWhole, systemCode } from "../../load/read_bytes.ts";
import { describeSettings } from "../../load/read_quantization.ts";
import { readSafetensorsHeader } from "../../load/read_safetensors_header.ts";
import { openedPaths } from "../../load/select_weights.ts";
import { Engine } from "./engine.ts";
import type { EngineSetup } from "./engine_setup.ts";
import { compileKernels } from "./kernels/kernels.ts";
import { PAGE_BYTES, PAGES_MAX } from "./kernels/memories.ts";
import { loadWeights } from "./load_weights.ts";
import { placeWeights, type TensorSource } from "./place_weights.ts";
import { planEngine } from "./plan_engine.ts";
import { readShape } from "./read_shape.ts";
import type { OpenReferenceModelOptions } from "./open_reference_model.ts";
import type { ReferenceModel } from "./reference_model.ts";
import { CONTROL } from "./thread_team.ts";
import { webAssembly } from "./wasm/web_assembly.ts";
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
  const shape = readShape(bytes, configPath);
  const sources = await findTensors(files, directory, read);
  const placed = placeWeights(shape, sources, { directory, segmentBytesMax });
  const plan = planEngine(shape, placed);
  const weights = await loadWeights(files, placed, read);

  const { config } = shape;
  const tensors = new Map(
    [...sources].map(([name, { entry, file }]) => [name, { ...entry, file }]),
  );
  const parameterCount = countParameters(tensors, config);
  const threads = await import("../../node/compute_threads.ts");
  const isSmall = parameterCount < 2 * PARAMETERS_A_THREAD_MIN;
  const most = Math.max(1, Math.floor(parameterCount / PARAMETERS_A_THREAD_MIN));
  const threadCount = options.threads ?? Math.min(threads.coreCount(), most);
  if (!Number.isSafeInteger(threadCount) || threadCount < 1) {
    throw new ModelError(
      "invalid-argument",
      `Cannot compute with ${threadCount} threads: it must be a whole number from 1`,
    );
  }
  const layout = layOutWork(plan, threadCount);
  const pages = Math.ceil(new CacheLayout(plan, layout, 0).sizeBytes / PAGE_BYTES);
  const setup: EngineSetup = {
    plan,
    layout,
    weights,
    threadCount,
    module: compileKernels(),
    work: new webAssembly.Memory({ initial: pages, maximum: PAGES_MAX, shared: true }),
    control: new SharedArrayBuffer((CONTROL.tokenIds + BATCH_TOKENS) * 4),
  };
  const start = isSmall && threadCount === 1 ? threads.computeHere : threads.startThreads;
  return new Engine(
    {
      architecture: config.modelType,
      parameterCount,
      tensorCount: sources.size,
      quantization: config.quantization && describeSettings(config.quantization),
      vocabularySize: shape.vocabularySize,
    },
    setup,
    start(setup),
  );
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
