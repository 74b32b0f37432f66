/**
 * A scenario is found by its name: `area/name` lives in a file `name.ts` below `scenarios/area`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { scenarios } from "../mod.ts";

const FOLDER = new URL("../", import.meta.url);

/** Files that hold more than the scenario of their name: tables of near-equal scenarios, and variants of one. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  "download/resume/large_file.ts": [
    "download/large_file_killed",
    "download/large_file_broken",
    "download/large_file_elsewhere",
  ],
  "download/resume/resume.ts": ["download/resume", "download/resume_after_cancel"],
  "download/resume/resume_answers.ts": [
    "download/resume_wrong_range",
    "download/resume_whole_file",
    "download/resume_unwedged",
    "download/resume_changed",
  ],
  "download/retry/retries.ts": ["download/retries", "download/retry_after"],
  "load/damaged_directories.ts": [
    "load/broken_config",
    "load/lying_extents",
    "load/wrong_shapes",
    "load/missing_shard",
    "load/wrong_tensors",
    "load/model_code",
    "load/stray_weights",
  ],
  "load/running/family_tokens.ts": [
    "load/tokens_of_llama",
    "load/tokens_of_mistral",
    "load/tokens_of_qwen2",
    "load/tokens_of_qwen3",
    "load/tokens_of_phi3",
    "load/tokens_of_smollm3",
    "load/tokens_of_olmo2",
    "load/tokens_of_granite",
    "load/tokens_of_gemma2",
    "load/tokens_of_gemma3_text",
    "load/tokens_of_gemma3",
    "load/tokens_of_mixtral",
    "load/tokens_of_qwen2_moe",
    "load/tokens_of_qwen3_moe",
  ],
};

/** The names that a text gives to scenarios, in their order. */
function namesIn(text: string): string[] {
  return Array.from(text.matchAll(/\bname: "([a-z_]+\/[a-z0-9_]+)"/g), ([, name = ""]) => name);
}

/** The names that a file must give: none where it holds no scenario. */
function expectedNames(path: string): readonly string[] {
  const [area = ""] = path.split("/");
  const own = `${area}/${basename(path, ".ts")}`;
  return TABLES[path] ?? scenarios.filter(({ name }) => name === own).map(({ name }) => name);
}

const AREAS = new Set(scenarios.map(({ name }) => name.split("/")[0] ?? ""));
const FILES = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith("_test.ts"))
  .filter((path) => AREAS.has(path.split("/")[0] ?? ""));

test("the names of scenarios are read from a text", () => {
  assert.deepEqual(namesIn('scenario({\n  name: "load/a_b",\n  covers: []})\nname: "other"'), [
    "load/a_b",
  ]);
});

test("every file gives its own name to its scenario, or is listed as a table", () => {
  const named = FILES.map((path) => ({
    path,
    names: namesIn(readFileSync(new URL(path, FOLDER), "utf8")),
  }));
  assert.deepEqual(
    named,
    FILES.map((path) => ({ path, names: expectedNames(path) })),
  );
});

test("every scenario is in one file", () => {
  const names = FILES.flatMap((path) => [...expectedNames(path)]);
  assert.deepEqual(names.toSorted(), scenarios.map(({ name }) => name).toSorted());
});
