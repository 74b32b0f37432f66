/**
 * A directory holds a model of audio, a drafter, an adapter or a pipeline of diffusion, whole or with one thing wrong.
 *
 * Invariants checked:
 * - No part is missed that its kind does not require.
 * - The kind, and what an adapter is for, are stated as they are, where they are stated.
 * - No runtime of language models is said to load it, unless it is a drafter.
 * - Who calls the whole one loadable refuses one of whose weight files is cut, names a tensor twice, or is gone.
 */
import fc from "fast-check";
import type { CheckCause, CheckReport, ModelKind, RequirementId } from "../../spec/mod.ts";
import {
  changeFiles,
  type Dtype,
  DTYPE_SIZE_BYTES,
  encodeFloats,
  joinSafetensors,
  jsonBytes,
  missingFinding,
  patternedBytes,
  placeModel,
  seededNumbers,
  splitSafetensors,
  writeSafetensors,
} from "../../harness/internal.ts";
import { type ModelFile, scenario } from "../../harness/mod.ts";
import { answerFor } from "./verdicts/verdict_cases.ts";

interface Kind {
  readonly kind: ModelKind;
  /** Configurations as published, reduced to what says which kind they are, by path. */
  readonly configs: Readonly<Record<string, unknown>>;
  readonly weights: readonly string[];
  /** What an adapter is for. */
  readonly base?: string;
}

const ADAPTER = { kind: "adapter", weights: ["adapters.safetensors"] } as const;
const UNET = { _class_name: "UNet2DConditionModel", in_channels: 4 };

const KINDS: Readonly<Record<string, Kind>> = {
  whisper: audio({ n_mels: 80, n_audio_ctx: 1500, n_audio_state: 384, n_vocab: 51865 }),
  "whisper with a type": audio({ model_type: "whisper", n_mels: 128 }),
  parakeet: audio({ target: "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel" }),
  kokoro: audio({ istftnet: { upsample_rates: [10, 6] }, plbert: {}, n_token: 178 }),
  drafter: {
    kind: "draft",
    configs: { "config.json": { model_type: "gemma4_assistant", num_hidden_layers: 2 } },
    weights: ["model.safetensors"],
  },
  "adapter of mlx-lm": {
    ...ADAPTER,
    configs: { "adapter_config.json": { model: "org/base", fine_tune_type: "lora" } },
    base: "org/base",
  },
  "adapter of PEFT": {
    ...ADAPTER,
    configs: { "adapter_config.json": { base_model_name_or_path: "org/other", r: 8 } },
    base: "org/other",
  },
  "adapter that names no base": {
    ...ADAPTER,
    configs: { "adapter_config.json": { fine_tune_type: "dora" } },
  },
  diffusion: {
    kind: "diffusion",
    configs: {
      "model_index.json": { _class_name: "StableDiffusionPipeline", unet: ["diffusers", "UNet"] },
      "unet/config.json": UNET,
      "vae/config.json": { _class_name: "AutoencoderKL" },
    },
    weights: ["unet/diffusion_pytorch_model.safetensors", "vae/model.safetensors"],
  },
};

/** Parts of language models, which these kinds do without. */
const NOT_REQUIRED: readonly CheckCause[] = [
  "missing-tokenizer",
  "missing-tokenizer-config",
  "bad-template",
];

const DTYPES = ["F32", "F16", "BF16", "I8", "U8", "I16", "U16", "I32", "U32", "BOOL"] as const;

/** What is done to a weight file, and which requirement refuses it. */
const DAMAGES = {
  cut: {
    id: "LOAD-TRUNCATED",
    causes: ["truncated"],
    change: (bytes) => bytes.slice(0, -1),
  },
  longer: {
    id: "LOAD-TRAILING",
    causes: ["trailing-bytes"],
    change: (bytes) => Buffer.concat([bytes, Buffer.of(7)]),
  },
  empty: { id: "LOAD-EMPTY", causes: ["empty"], change: () => new Uint8Array() },
  "a tensor twice": {
    id: "LOAD-HEADER",
    causes: ["duplicate-tensor", "bad-header"],
    change: (bytes) => {
      const { entries, metadata, data } = splitSafetensors(bytes);
      const [name, entry] = [...entries][0] ?? [];
      const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
      const more = `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
      return joinSafetensors(`${text.slice(0, -1)},${more}}`, data);
    },
  },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly id: RequirementId;
      readonly causes: readonly CheckCause[];
      readonly change: (bytes: Uint8Array) => Uint8Array;
    }
  >
>;

export const otherKindsChecked = scenario({
  name: "load/other_kinds",
  pieceBytes: [8192],
  covers: [
    "LAYOUT-KIND",
    "LOAD-FACTS",
    "LOAD-VERDICT",
    "LOAD-TRUNCATED",
    "LOAD-TRAILING",
    "LOAD-EMPTY",
    "LOAD-HEADER",
  ],
  given: {
    name: fc.oneof(fc.constantFrom(...Object.keys(KINDS)), fc.constant("diffusion")),
    dtypes: fc.array(fc.constantFrom(...DTYPES), { minLength: 1, maxLength: 4 }),
    damage: fc.constantFrom(...(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])),
    choose: fc.nat(100),
  },
  goals: ["a broken part was refused", "an adapter's base was named"],
  async check({ name, dtypes, damage, choose }, world, verdict) {
    const one = KINDS[name];
    if (one === undefined) return;
    const files: ModelFile[] = [
      ...Object.entries(one.configs).map(([path, json]) => ({
        path,
        bytes: jsonBytes(json),
        lfs: false,
      })),
      ...one.weights.map((path) => ({ path, bytes: weightsOf(path, dtypes), lfs: true })),
    ];
    const repository = "mlx-community/Kinds-4bit";
    const directory = await placeModel(world, files, { repository, isDownloaded: false });
    const check = () => world.start().check({ repository });
    const sound = await verdict.attempt("LAYOUT-KIND", check);
    const wanted = missed(sound, one.kind);
    verdict.holds("LAYOUT-KIND", wanted === undefined, `${name}: ${wanted}`);
    const { kind = one.kind, base } = sound;
    verdict.holds("LOAD-FACTS", kind === one.kind, `${name} is said to be of the kind ${kind}`);
    const isBase = base === undefined || base === one.base;
    verdict.holds("LOAD-FACTS", isBase, `${name} is said to be for ${JSON.stringify(base)}`);
    if (base !== undefined) verdict.reached("an adapter's base was named");
    // A drafter is a language model; nothing else here is.
    const verdicts = one.kind === "draft" ? [] : (sound.runtimes ?? []);
    for (const [runtime, version] of [
      ["mlx-lm", "0.32.2"],
      ["mlx-swift-lm", "3.31.4"],
    ] as const) {
      const isLoaded = answerFor(verdicts, runtime, version) ?? false;
      verdict.holds("LOAD-VERDICT", !isLoaded, `${runtime} ${version} is said to load ${name}`);
    }
    // Who does not take such a model for whole need not say what else is wrong with it.
    if (!sound.loadable) return;

    const { id, causes, change } = DAMAGES[damage];
    const path = one.weights[choose % one.weights.length];
    const after = files.map((file) =>
      file.path === path ? { ...file, bytes: change(file.bytes) } : file,
    );
    await changeFiles(world, directory, { before: files, after });
    const broken = await verdict.attempt(id, check);
    const lack = missingFinding(broken, { causes, paths: [path ?? ""] });
    verdict.holds(id, lack === undefined, () => `${name}, ${damage}: ${lack}`);
    verdict.reached("a broken part was refused");

    const less = files.filter((file) => file.path !== path);
    await changeFiles(world, directory, { before: after, after: less });
    const { loadable } = await verdict.attempt("LAYOUT-KIND", check);
    verdict.holds("LAYOUT-KIND", !loadable, `${name} without ${path} is called loadable`);
  },
});

function audio(config: unknown): Kind {
  return { kind: "audio", configs: { "config.json": config }, weights: ["model.safetensors"] };
}

/** A part that is missed although the kind does not require it. */
function missed({ findings }: CheckReport, kind: ModelKind): string | undefined {
  const parts: readonly CheckCause[] =
    kind === "diffusion" ? [...NOT_REQUIRED, "missing-config", "missing-weights"] : NOT_REQUIRED;
  const found = findings.find(({ level, cause }) => level === "error" && parts.includes(cause));
  return found && `${found.cause} ${found.path}: ${found.detail}`;
}

/** A file of one tensor of each dtype. */
function weightsOf(path: string, dtypes: readonly Dtype[]): Uint8Array {
  return writeSafetensors(
    dtypes.map((dtype, at) => {
      const name = `block.${at}.weight`;
      const shape = [8, 8];
      return { name, dtype, shape, data: valuesOf(`${path} ${name}`, dtype) };
    }),
  );
}

function valuesOf(name: string, dtype: Dtype): Uint8Array {
  if (dtype === "F32" || dtype === "F16" || dtype === "BF16")
    return encodeFloats(seededNumbers(64, { seed: 1, name, spread: 0.1 }), dtype);
  const bytes = patternedBytes(64 * DTYPE_SIZE_BYTES[dtype]);
  return dtype === "BOOL" ? bytes.map((byte) => byte & 1) : bytes;
}
