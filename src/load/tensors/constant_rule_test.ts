import assert from "node:assert/strict";
import test from "node:test";
import { isJudgedForConstants, isMissingData } from "./constant_rule.ts";
import type { TensorEntry } from "../bytes/parse_safetensors_header.ts";

const EMBEDDING = "model.embed_tokens.weight";
const MATRIX = "model.layers.0.mlp.up_proj.weight";

/** 1000 rows of 1024 packed bytes. */
const PACKED: TensorEntry = { dtype: "U32", shape: [1000, 256], start: 0, end: 1_024_000 };

test("isMissingData() takes a hole that does not respect rows for one", () => {
  for (const name of [EMBEDDING, MATRIX]) {
    assert.equal(isMissing(name, { start: 5000, sizeBytes: 4096 }), true);
    assert.equal(isMissing(name, { start: 1024, sizeBytes: 4096 + 512 }), true);
  }
});

test("isMissingData() lets tokens pass that were only reserved", () => {
  assert.equal(isMissing(EMBEDDING, { start: 900 * 1024, sizeBytes: 100 * 1024 }), false);
  assert.equal(isMissing(EMBEDDING, { start: 10 * 1024, sizeBytes: 700 * 1024 }), true);
  assert.equal(isMissing(EMBEDDING, { start: 10 * 1024, sizeBytes: 70 * 1024 + 3 }), false);
});

test("isMissingData() lets single dead neurons pass, and no more", () => {
  assert.equal(isMissing(MATRIX, { start: 8 * 1024, sizeBytes: 1024 }), false);
  assert.equal(isMissing(MATRIX, { start: 8 * 1024, sizeBytes: 16 * 1024 }), true);
});

test("isMissingData() takes no code but that of zero for an untrained row", () => {
  const range = { start: 900 * 1024, sizeBytes: 100 * 1024 };
  assert.equal(isMissing(EMBEDDING, { ...range, value: 0x88 }), false);
  assert.equal(isMissing(EMBEDDING, { ...range, value: 0xff }), true);
});

test("isMissingData() lets equal exponents of evenly spread groups pass", () => {
  const scales: TensorEntry = { dtype: "U8", shape: [1000, 64], start: 0, end: 64_000 };
  const name = "model.layers.0.mlp.up_proj.scales";
  const judge = (value: number) =>
    isMissingData({ start: 3, sizeBytes: 30_000, value }, scales, { name, isKnown: true });
  assert.equal(judge(0x79), false);
  assert.equal(judge(0x00), true);
});

test("isJudgedForConstants() leaves vectors, masks and tables alone", () => {
  const vector: TensorEntry = { dtype: "F32", shape: [64], start: 0, end: 256 };
  const judged = (name: string, entry: TensorEntry, isKnown: boolean) =>
    isJudgedForConstants(entry, { name, isKnown });
  assert.equal(judged("model.layers.0.self_attn.q_proj.bias", vector, true), false);
  assert.equal(judged("encoder.norm.weight", vector, false), false);
  assert.equal(judged("encoder.embed_positions.weight", PACKED, false), false);
  assert.equal(judged("attn.mask", PACKED, false), false);
  assert.equal(judged("model.norm.weight", vector, true), true);
});

function isMissing(
  name: string,
  run: { readonly start: number; readonly sizeBytes: number; readonly value?: number },
): boolean {
  return isMissingData({ value: 0, ...run }, PACKED, { name, isKnown: true });
}
