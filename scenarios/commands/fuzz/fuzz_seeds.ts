/**
 * Valid inputs of each reader, from which the fuzzer makes others.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { exampleRecordText } from "../../../harness/report/example_record.ts";
import { CHAT_TEMPLATE, type ModelFile, tinyLlama } from "../../../harness/models/mod.ts";
import { journalPath } from "../../../src/migrate/migration_journal.ts";
import { formatMarker } from "../../../src/records/marker.ts";
import { formatMetadata } from "../../../src/records/metadata.ts";
import { packageDirectory } from "../package_directory.ts";

const bytesOf = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const SHA256 = "ab".repeat(32);

let model: readonly ModelFile[] | undefined;

function files(): readonly ModelFile[] {
  model ??= tinyLlama().files;
  return model;
}

function fileAt(path: string): Uint8Array {
  return files().find((file) => file.path === path)?.bytes ?? new Uint8Array();
}

/** The header's text of the tiny model's weights. */
function headerText(): Uint8Array {
  const weights = fileAt("model.safetensors");
  const length = Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
  return weights.slice(8, 8 + length);
}

const FIELDS = { type: "file", path: "config.json", size: 3, oid: COMMIT };
const LARGE = {
  ...FIELDS,
  path: "a/model.safetensors",
  lfs: { oid: SHA256, size: 4, pointerSize: 130 },
  xetHash: SHA256,
};
const MARKED = { path: "config.json", sizeBytes: 3, digest: `sha256:${SHA256}`, modifiedMs: 1 };

/** Seeds by target. */
export const fuzzSeeds = {
  files,
  journalPath: (root: string) => journalPath(root, "org/name"),
  header: () => [headerText(), bytesOf({ a: { dtype: "F32", shape: [4], data_offsets: [0, 16] } })],
  config: () => [
    fileAt("config.json"),
    bytesOf({
      model_type: "qwen2",
      hidden_size: 64,
      num_hidden_layers: 2,
      quantization: { bits: 4, group_size: 64, "model.layers.0.mlp.up_proj": { bits: 8 } },
      text_config: { vocab_size: 9, quantization_config: { quant_method: "mxfp4" } },
      rope_theta: 1e6,
    }),
  ],
  index: () => [bytesOf({ metadata: { total_size: 8 }, weight_map: { a: "x.safetensors" } })],
  tokenizer: () => [fileAt("tokenizer.json")],
  template: () => [
    bytesOf(CHAT_TEMPLATE),
    bytesOf(
      "{%- set ns = namespace(a=1) %}{% for m in messages if m.role == 'user' %}{% macro f(x) %}{{ x | trim }}{% endmacro %}{{ f(m['content']) }}{% else %}{{ raise_exception('no') }}{% endfor %}",
    ),
  ],
  listing: () => [bytesOf([{ type: "directory", path: "a", oid: COMMIT }, FIELDS, LARGE])],
  link: () => [
    bytesOf('<https://hub.test/api?cursor=a%3D>; rel="next", </b>; rel=last; title="\\"x"'),
  ],
  marker: () => [
    bytesOf(
      formatMarker({
        format: "mlx-layout/1",
        source: "org/name",
        revision: "main",
        commit: COMMIT,
        include: ["*"],
        exclude: [],
        files: [{ ...MARKED, digest: `sha256:${SHA256}` }],
      }),
    ),
  ],
  metadata: () => [bytesOf(formatMetadata({ commit: COMMIT, etag: SHA256, timestampSeconds: 1 }))],
  journal: () => [
    bytesOf({
      format: "mlx-layout-migration/1",
      from: "flat/org--name",
      to: "models/org/name",
      files: ["config.json", "a/b.safetensors"],
      isDone: false,
    }),
  ],
  event: () => [
    bytesOf({ event: "token", id: 1, index: 0, token: 5, text: "a" }),
    bytesOf({
      event: "hello",
      protocol: 1,
      name: "reference",
      version: "1",
      runtimes: { mlx: "1" },
      device: "cpu",
      operations: ["load"],
    }),
    bytesOf({ event: "error", id: 1, kind: "failed", message: "no" }),
  ],
  replay: () =>
    ["branch_moves_after_the_listing", "removed_after_a_cancel"].map((name) =>
      readFileSync(`${packageDirectory()}/scenarios/corpus/${name}.json`),
    ),
  record: () => [bytesOf(exampleRecordText())],
};
