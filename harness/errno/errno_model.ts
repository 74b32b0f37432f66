import type { ModelFile } from "../models/mod.ts";

/** Two revisions of one small model, and what lies around it. */
export interface ErrnoModels {
  readonly old: readonly ModelFile[];
  readonly next: readonly ModelFile[];
}

/**
 * Two revisions between which everything happens that publishing knows: a file changes, one stays, one comes, one goes,
 * a nested one among them, and a content has two places.
 */
export function errnoModels(): ErrnoModels {
  const same = [
    file("tokenizer.json", '{"model":{"type":"BPE"}}'),
    file("tokenizer_config.json", "{}"),
    file("nested/same.json", "[1]"),
  ];
  return {
    old: [
      ...same,
      file("config.json", '{"model_type":"llama","made_from":1}'),
      file("gone.json", '"gone"'),
      file("nested/gone/deep.json", '"deep"'),
      weights("model.safetensors", 1, 300),
    ],
    next: [
      ...same,
      file("config.json", '{"model_type":"llama","made_from":2}'),
      file("fresh/one.json", '"twice"'),
      file("fresh/two.json", '"twice"'),
      weights("model.safetensors", 2, 400),
    ],
  };
}

function file(path: string, text: string): ModelFile {
  return { path, bytes: new TextEncoder().encode(text), lfs: false };
}

function weights(path: string, fill: number, sizeBytes: number): ModelFile {
  return { path, bytes: new Uint8Array(sizeBytes).fill(fill), lfs: true };
}
