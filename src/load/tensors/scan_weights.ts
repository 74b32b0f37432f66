import type { Digest } from "../../../spec/mod.ts";
import type { CheckContext } from "../check_context.ts";
import type { ExpectedModel } from "../config/expected_tensors.ts";
import { judgeHalfValues } from "./judge_half_values.ts";
import type { PlacedTensors } from "./placed_tensor.ts";
import type { ParsedHeader } from "../bytes/parse_safetensors_header.ts";
import type { ModelConfig } from "../config/read_model_config.ts";
import { scanData } from "../bytes/scan_data.ts";

/** What {@linkcode scanWeights} reads and compares. */
export interface ScanWeightsInput {
  readonly context: CheckContext;
  /** Undefined when the architecture is not known. */
  readonly model: { readonly config: ModelConfig; readonly expected: ExpectedModel } | undefined;
  readonly tensors: PlacedTensors;
  /** The model's weight files and their headers. */
  readonly files: ReadonlyMap<string, ParsedHeader | undefined>;
}

/** Tensors of a tied model, where the second may be there only as a copy of the first. */
const TIED = ["model.embed_tokens.weight", "lm_head.weight"] as const;

/** Extents are in order with these faults, so that the data can be read tensor by tensor. */
const ORDERED_FAULTS = new Set(["truncated", "trailing-bytes"]);

/**
 * Reads the data of all weight files that belong to a model, once: `LOAD-ZEROED`, `LOAD-NAN`, `LOAD-FLIPPED`.
 *
 * Bytes that have their recorded digest are what was published: a guess about them is only a warning.
 */
export async function scanWeights(input: ScanWeightsInput): Promise<void> {
  const { context, model, tensors, files } = input;
  const tiedNames = new Set(
    model?.config.tieWordEmbeddings === true && tensors.has(TIED[1]) ? TIED : [],
  );
  const digests = new Map<string, Digest>();
  const samples = new Map<string, Uint16Array>();
  const verified = new Set<string>();
  for (const [path, parsed] of files) {
    const header = parsed?.header;
    if (header === undefined || !parsed?.faults.every(({ cause }) => ORDERED_FAULTS.has(cause))) {
      await context.compareWhole(path);
      continue;
    }
    if (context.entries.get(path)?.isHollow === true) {
      const detail =
        "Hardly any of its bytes is on the disk: the others are holes, which read as zeros";
      context.refuse("zeroed", path, detail);
      continue;
    }
    if (context.depth === "headers") continue;
    const scanned = await context.use(path, (file) =>
      scanData(file, {
        header,
        isKnown: model !== undefined,
        expectedDigest: context.digests.get(path),
        digestOf: tiedNames,
        signal: context.signal,
      }),
    );
    if (scanned === undefined) continue;
    const isVerified = context.compare(path, scanned.digest);
    if (isVerified) verified.add(path);
    for (const { cause, detail } of scanned.faults) {
      const isGuess = cause === "zeroed" && isVerified;
      context.add({ cause, path, detail, level: isGuess ? "warning" : "error" });
    }
    for (const [name, digest] of scanned.digests) digests.set(name, digest);
    for (const [name, sample] of scanned.samples) samples.set(name, sample);
  }
  if (model === undefined || context.depth === "headers") return;
  for (const { cause, tensor, detail } of judgeHalfValues(samples, tensors, model)) {
    const path = tensors.get(tensor)?.file ?? "model.safetensors";
    context.add({ cause, path, detail, level: verified.has(path) ? "warning" : "error" });
  }
  if (tiedNames.size > 0) judgeTiedCopy(context, tensors, digests);
}

/** mlx-lm drops the output matrix of a tied model; that is right only if it is the embedding once more. */
function judgeTiedCopy(
  context: CheckContext,
  tensors: PlacedTensors,
  digests: ReadonlyMap<string, Digest>,
): void {
  const [embedding, output] = TIED;
  const isCopy =
    digests.get(output) === digests.get(embedding) &&
    tensors.get(output)?.dtype === tensors.get(embedding)?.dtype;
  if (isCopy) return;
  const detail = `Tensor "${output}" differs from "${embedding}", but the configuration ties the two, so that a runtime drops it`;
  context.refuse("extra-tensor", tensors.get(output)?.file ?? "model.safetensors", detail);
}
