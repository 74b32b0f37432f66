import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../../../harness/disk/mod.ts";
import { jsonBytes } from "../../../harness/models/mod.ts";
import { CheckContext } from "../check_context.ts";
import { readModelConfig } from "../config/read_model_config.ts";
import { addVerdicts } from "./add_verdicts.ts";

const FACTS = {
  paths: ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
  indexed: [],
  processor: undefined,
};
const PACKED = { model_type: "llama", quantization_config: { quant_method: "bitsandbytes" } };

test("addVerdicts() refuses a model that is sound and that no runtime loads", () => {
  const context = contextOf();
  const verdicts = addVerdicts(context, readModelConfig(jsonBytes(PACKED)).config, FACTS);
  assert.ok(verdicts.every(({ loads }) => !loads));
  assert.deepEqual(
    context.findings().map(({ cause, level }) => [cause, level]),
    [["quantization", "error"]],
  );
});

test("addVerdicts() adds nothing to what is wrong already, nor where nothing is known", () => {
  const context = contextOf();
  context.warn("missing-tokenizer", "tokenizer.json", "There is another one");
  context.refuse("truncated", "model.safetensors", "It is cut");
  const verdicts = addVerdicts(context, readModelConfig(jsonBytes(PACKED)).config, FACTS);
  assert.ok(verdicts.every(({ why }) => why[0] === "model.safetensors: It is cut"));
  assert.equal(context.findings().length, 2);
  const unknown = contextOf();
  addVerdicts(unknown, undefined, FACTS);
  assert.deepEqual(unknown.findings(), []);
});

function contextOf(): CheckContext {
  return new CheckContext({ files: memoryFiles(), entries: [], signal: undefined });
}
