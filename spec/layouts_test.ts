import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fnmatch } from "./fnmatch.ts";
import {
  DEFAULT_PATTERNS,
  LAYOUTS,
  type Marker,
  MARKER_NAME,
  METADATA_DIRECTORY,
  REPOSITORY_LAYOUTS,
  REQUIRED_PARTS,
} from "./layouts.ts";

function isWantedByDefault(path: string): boolean {
  return DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path));
}

test("LAYOUTS puts every model below the root, by its own name", () => {
  for (const template of Object.values(LAYOUTS)) {
    assert.match(template, /^\{root\}\//);
    assert.doesNotMatch(template, /\/\/|\/$|\.\./);
    // A template without the organization would let two organizations share a directory.
    assert.ok(template.includes("{org}") || template.includes("{model id}"), template);
  }
  const templates = Object.values(LAYOUTS);
  assert.equal(new Set(templates).size, templates.length);
});

test("REPOSITORY_LAYOUTS are those with one directory for each repository", () => {
  for (const [layout, template] of Object.entries(LAYOUTS)) {
    const isOne =
      template.includes("{org}") && template.includes("{name}") && !template.includes("{commit}");
    assert.equal(
      REPOSITORY_LAYOUTS.some((one) => one === layout),
      isOne,
      layout,
    );
  }
});

test("DEFAULT_PATTERNS wants every file that supplies a required part", () => {
  const names = Object.values(REQUIRED_PARTS).flat();
  for (const name of names) assert.ok(isWantedByDefault(name.replace("*", "model")), name);
  assert.ok(names.length >= Object.keys(REQUIRED_PARTS).length);
});

test("DEFAULT_PATTERNS wants nested and shard files, and no other weights or papers", () => {
  for (const path of [
    "model-00001-of-00002.safetensors",
    "model.safetensors.index.json",
    "1_Pooling/config.json",
    "chat_template.jinja",
    "qwen.tiktoken",
  ]) {
    assert.ok(isWantedByDefault(path), path);
  }
  for (const path of ["README.md", "LICENSE", "pytorch_model.bin", "model.gguf", "script.py"]) {
    assert.ok(!isWantedByDefault(path), path);
  }
});

test("the project's own files in a model directory are never mistaken for weights", () => {
  for (const path of [MARKER_NAME, `${METADATA_DIRECTORY}/model.safetensors.metadata`]) {
    assert.ok(!REQUIRED_PARTS.weights.some((pattern) => fnmatch(pattern, path)), path);
    assert.ok(path.startsWith("."), `${path} would be a visible file without metadata`);
  }
});

test("the examples in manage.md are a marker and metadata that agree with each other", () => {
  const text = readFileSync(new URL("manage.md", import.meta.url), "utf8");
  const json = /```json\n(.*?)```/s.exec(text)?.[1] ?? "";
  const marker = JSON.parse(json) as Marker;
  assert.deepEqual(Object.keys(marker), [
    "format",
    "source",
    "revision",
    "commit",
    "include",
    "exclude",
    "files",
  ]);
  assert.equal(marker.format, "mlx-layout/1");
  for (const file of marker.files) {
    assert.deepEqual(Object.keys(file), ["path", "sizeBytes", "digest", "modifiedMs"]);
    assert.match(file.digest, /^(?:sha256:[0-9a-f]{64}|git-sha1:[0-9a-f]{40})$/);
  }
  const lines = (/```text\n(.*?)```/s.exec(text)?.[1] ?? "").split("\n");
  assert.equal(lines.length, 4);
  assert.equal(lines[0], marker.commit);
  assert.match(marker.commit, /^[0-9a-f]{40}$/);
  assert.ok(marker.files.some(({ digest }) => digest === `sha256:${lines[1]}`));
  assert.match(lines[2] ?? "", /^\d+\.\d+$/);
});

test("layout.md states the templates and the required parts of layouts.ts", () => {
  const text = readFileSync(new URL("layout.md", import.meta.url), "utf8");
  // The columns are padded to line up.
  const rows = text.split("\n").map((line) => line.replaceAll(/ +/g, " "));
  for (const [layout, template] of Object.entries(LAYOUTS)) {
    assert.ok(
      rows.some((row) => row.startsWith(`| \`${layout}\` | \`${template}\` |`)),
      layout,
    );
  }
  for (const [part, names] of Object.entries(REQUIRED_PARTS)) {
    const list = names.map((name) => `\`${name}\``).join(", ");
    assert.ok(rows.includes(`| \`${part}\` | ${list} |`), part);
  }
});
