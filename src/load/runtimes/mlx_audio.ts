import { type RuntimeDefinition, topFiles } from "./runtime.ts";

/** Python's mlx-audio: speech to text, text to speech, and codecs. */
export const mlxAudio: RuntimeDefinition = {
  name: "mlx-audio",
  kinds: ["audio"],
  since: "0.6.2",
  home: "PyPI mlx-audio",
  rules: [
    {
      source: "mlx_audio/utils.py load_weights @ 0.6.2: *.safetensors, else *.npz",
      judge: (facts) =>
        topFiles(facts, /\.(?:safetensors|npz)$/).length > 0
          ? undefined
          : { why: "there is no *.safetensors or *.npz", remedy: "use another repository" },
    },
  ],
};
