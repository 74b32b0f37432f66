import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { fnmatch, REQUIRED_PARTS } from "../../spec/mod.ts";
import { tensorsOf } from "../models/mod.ts";
import { anySmallModel } from "./any_small_files.ts";

test("anySmallModel() has every required part and readable weights", () => {
  fc.assert(
    fc.property(anySmallModel(), ({ files, weightFiles }) => {
      for (const patterns of Object.values(REQUIRED_PARTS)) {
        const isPart = ({ path }: { path: string }) => patterns.some((one) => fnmatch(one, path));
        assert.ok(files.some(isPart), patterns.join(" "));
      }
      for (const { path, bytes, lfs } of files) {
        assert.equal(weightFiles.includes(path), path.endsWith(".safetensors"));
        if (weightFiles.includes(path)) {
          assert.equal(lfs, true);
          assert.equal(tensorsOf(bytes).length, 1);
          assert.ok(bytes.length < 900);
        }
      }
    }),
  );
});

test("anySmallModel() draws shards, empty files and files that nobody wants", () => {
  const models = fc.sample(anySmallModel({ weightBytesMax: 50 }), { numRuns: 200, seed: 1 });
  const has = (wanted: string) =>
    models.some(({ files }) => files.some(({ path }) => path === wanted));
  for (const path of ["model.safetensors", "model-00001-of-00003.safetensors", "README.md"]) {
    assert.ok(has(path), path);
  }
  const empty = models.flatMap(({ files }) => files).find(({ path }) => path === "empty.json");
  assert.equal(empty?.bytes.length, 0);
});
