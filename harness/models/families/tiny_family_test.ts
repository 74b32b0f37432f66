import assert from "node:assert/strict";
import test from "node:test";
import { tensorsOf } from "../split_safetensors.ts";
import { tinyFamily } from "./tiny_family.ts";
import { TINY_FAMILIES } from "./tiny_family_options.ts";

test("tinyFamily() makes a model of each family, equal for equal parameters", () => {
  for (const family of TINY_FAMILIES) {
    const model = tinyFamily(family, { seed: 2, shards: 2 });
    assert.equal(model.config["model_type"], family);
    assert.deepEqual(tinyFamily(family, { seed: 2, shards: 2 }).files, model.files);
    assert.equal(model.weightFiles.length, 2);
  }
});

test("tinyFamily() lays the experts of a layer in one tensor, packed as one matrix is", () => {
  const quantization = { mode: "nvfp4", bits: 4, groupSize: 16 } as const;
  const model = tinyFamily("qwen2_moe", { experts: 5, quantization });
  const bytes = model.files.find(({ path }) => path === "model.safetensors")?.bytes;
  const shapes = new Map(
    tensorsOf(bytes ?? new Uint8Array()).map(({ name, dtype, shape }) => [name, { dtype, shape }]),
  );
  const at = "model.layers.0.mlp.switch_mlp.up_proj";
  assert.deepEqual(shapes.get(`${at}.weight`), { dtype: "U32", shape: [5, 32, 4] });
  assert.deepEqual(shapes.get(`${at}.scales`), { dtype: "U8", shape: [5, 32, 2] });
  assert.equal(shapes.has(`${at}.biases`), false);
  assert.ok(shapes.has("model.layers.0.self_attn.q_proj.bias"));
});
