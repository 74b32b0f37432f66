/**
 * A repository holds a model of audio, a drafter, an adapter or a pipeline of diffusion, and none of them has a tokenizer.
 *
 * Invariants checked:
 * - It is downloaded without patterns, with the files that its kind requires and with their bytes.
 * - `status` does not call it incomplete, and without the network it is there.
 */
import fc from "fast-check";
import { anyRepository } from "../../harness/internal.ts";
import { anySmallModel, scenario, wrongFiles } from "../../harness/mod.ts";

/** Configurations as published, reduced to what says which kind they are. */
const CONFIGS: Readonly<Record<string, unknown>> = {
  "config.json of whisper": { n_mels: 80, n_audio_ctx: 1500, n_audio_state: 384, n_vocab: 51865 },
  "config.json of whisper with a type": { model_type: "whisper", n_mels: 128 },
  "config.json of parakeet": {
    target: "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
  },
  "config.json of kokoro": { istftnet: { upsample_rates: [10, 6] }, plbert: {}, n_token: 178 },
  "config.json of a drafter": { model_type: "gemma4_assistant", num_hidden_layers: 2 },
  "adapter_config.json": { base_model_name_or_path: "org/base", fine_tune_type: "lora" },
  "model_index.json": { _class_name: "StableDiffusionPipeline", unet: ["diffusers", "UNet"] },
};

export const otherKinds = scenario({
  name: "layout/other_kinds",
  covers: ["LAYOUT-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    repository: anyRepository(),
    kind: fc.constantFrom(...Object.keys(CONFIGS)),
  },
  async check({ model, repository, kind }, world, verdict) {
    const weights = model.files.find(({ path }) => path.endsWith(".safetensors"));
    const bytes = weights?.bytes ?? new Uint8Array(8);
    const config = new TextEncoder().encode(JSON.stringify(CONFIGS[kind]));
    const [name = ""] = kind.split(" ");
    const files = [
      { path: name, bytes: config, lfs: false },
      { path: weightsOf(name), bytes, lfs: true },
      ...(name === "model_index.json"
        ? [{ path: "unet/config.json", bytes: config, lfs: false }]
        : []),
    ];
    world.hub.publish(repository, files, { tags: ["mlx"] });
    const subject = world.start();
    const { directory } = await verdict.attempt("LAYOUT-KIND", () =>
      subject.download({ repository }),
    );
    // In the hub's own cache each path is a link.
    const wrong = await wrongFiles(world, directory, files);
    verdict.holds("LAYOUT-KIND", wrong.length === 0, () => `${wrong.join(", ")} (${kind})`);
    const { state } = await subject.status({ repository });
    verdict.holds("LAYOUT-KIND", state !== "incomplete", `status is ${state} (${kind})`);
  },
});

function weightsOf(config: string): string {
  if (config === "adapter_config.json") return "adapters.safetensors";
  return config === "model_index.json" ? "unet/model.safetensors" : "model.safetensors";
}
