import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { GROUP_SIZES, QUANTIZATION_BITS } from "../models/mod.ts";
import { anyLlamaOptions, anyModel } from "./any_model.ts";

test("anyModel() draws every kind of model", () => {
  const drawn = fc.sample(anyLlamaOptions(), { numRuns: 2000, seed: 1 });
  const seen = new Set(
    drawn.flatMap(({ quantization, tied, shards, nested, duplicateBlob, chatTemplate, dtype }) => [
      quantization === undefined ? "plain" : `${quantization.bits}/${quantization.groupSize}`,
      ...Object.values(quantization?.perLayer ?? {}).map((own) => `mixed ${own !== false}`),
      `tied ${tied}`,
      `shards ${shards}`,
      `nested ${nested}`,
      `duplicate ${duplicateBlob}`,
      `template ${chatTemplate}`,
      `dtype ${dtype}`,
    ]),
  );
  const wanted = [
    "plain",
    ...QUANTIZATION_BITS.flatMap((bits) => GROUP_SIZES.map((group) => `${bits}/${group}`)),
    ...["true", "false"].flatMap((flag) =>
      ["mixed", "tied", "nested", "duplicate"].map((name) => `${name} ${flag}`),
    ),
    ...[1, 2, 3, 4].map((count) => `shards ${count}`),
    ...["jinja-file", "in-config", "none"].map((place) => `template ${place}`),
    ...["F16", "BF16", "F32"].map((name) => `dtype ${name}`),
  ];
  assert.deepEqual(
    wanted.filter((one) => !seen.has(one)),
    [],
  );
});

test("anyModel() makes every draw, with unique paths", () => {
  fc.assert(
    fc.property(anyModel(), ({ files, weightFiles, config }) => {
      const paths = files.map(({ path }) => path);
      assert.equal(new Set(paths).size, paths.length);
      assert.ok(weightFiles.every((path) => paths.includes(path)));
      assert.equal(config["model_type"], "llama");
    }),
  );
});

test("anyModel() keeps to its constraints", () => {
  const constraints = { shards: 3, tied: false, quantization: undefined } as const;
  fc.assert(
    fc.property(anyModel(constraints), ({ weightFiles, config }) => {
      assert.equal(weightFiles.length, 3);
      assert.equal(config["tie_word_embeddings"], false);
      assert.equal("quantization" in config, false);
    }),
    { numRuns: 20 },
  );
});

test("anyModel() shrinks to one small 4-bit file", () => {
  const { counterexample } = fc.check(
    fc.property(anyModel(), () => false),
    { seed: 7 },
  );
  assert.equal(
    fc.stringify(counterexample?.[0]),
    "llama h32 l1 v288, 4-bit/g32 F16, untied, 1 file, template jinja-file, seed 0",
  );
});
