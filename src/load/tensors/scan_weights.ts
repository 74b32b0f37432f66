import type { Digest, OpenFile } from "../../../spec/mod.ts";
import type { CheckContext } from "../check_context.ts";
import type { ExpectedModel } from "../config/expected_tensors.ts";
import { judgeHalfValues } from "./judge_half_values.ts";
import type { PlacedTensors } from "./placed_tensor.ts";
import { beginAhead } from "../../node/hash/begin_ahead.ts";
import { THREAD_BYTES_MIN } from "../../node/hash/piece_hash.ts";
import type { ParsedHeader, SafetensorsHeader } from "../bytes/parse_safetensors_header.ts";
import type { ModelConfig } from "../config/read_model_config.ts";
import { withFile } from "../bytes/read_bytes.ts";
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
  const scan = async (file: OpenFile, path: string, header: SafetensorsHeader) =>
    scanData(file, {
      header,
      isKnown: model !== undefined,
      expectedDigest: context.digests.get(path),
      digestOf: tiedNames,
      signal: context.signal,
    });
  const scans = beginAhead([...files], {
    isLarge: (item) => isHashedApart(context, item) && scannedHeader(context, item) !== undefined,
    work: async (item) => {
      const [path] = item;
      const header = scannedHeader(context, item);
      const entry = context.entries.get(path);
      if (header === undefined || entry === undefined) return undefined;
      return withFile(context.files, entry.target, (file) => scan(file, path, header));
    },
  });
  // Findings are made in order, whatever ends first.
  for await (const { item, answer } of scans) {
    const [path] = item;
    if (scannedHeader(context, item) === undefined) {
      await judgeUnscanned(context, item);
      continue;
    }
    const scanned = await context.attempt(path, answer);
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

type WeightFile = readonly [path: string, parsed: ParsedHeader | undefined];

/** The header of a file whose data can be read tensor by tensor, and is to be. */
function scannedHeader(
  { entries, depth }: CheckContext,
  [path, parsed]: WeightFile,
): SafetensorsHeader | undefined {
  const entry = entries.get(path);
  if (depth === "headers" || entry?.isHollow === true || entry?.isEvicted === true)
    return undefined;
  return isOrdered(parsed) ? parsed.header : undefined;
}

function isOrdered(
  parsed: ParsedHeader | undefined,
): parsed is ParsedHeader & { readonly header: SafetensorsHeader } {
  if (parsed?.header === undefined) return false;
  return parsed.faults.every(({ cause }) => ORDERED_FAULTS.has(cause));
}

/** Whether another thread hashes a file while this one scans it. */
function isHashedApart({ entries, digests }: CheckContext, [path]: WeightFile): boolean {
  return digests.has(path) && (entries.get(path)?.sizeBytes ?? 0) >= THREAD_BYTES_MIN;
}

async function judgeUnscanned(context: CheckContext, [path, parsed]: WeightFile): Promise<void> {
  if (!isOrdered(parsed)) return context.compareWhole(path);
  if (context.entries.get(path)?.isHollow !== true) return undefined;
  const detail =
    "Hardly any of its bytes is on the disk: the others are holes, which read as zeros";
  return context.refuse("zeroed", path, detail);
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
