import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as reference from "./mod.ts";

/** Names that a module exports, by the module that it has them from. */
function exportsOf(path: string): { readonly name: string; readonly from: string }[] {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  const clauses = text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";$/gm);
  return Array.from(clauses).flatMap(([, names = "", from = ""]) =>
    Array.from(names.matchAll(/(?:type )?(\w+)/g), ([, name = ""]) => ({ name, from })),
  );
}

test("mlx-layout exports these values and nothing else that runs", () => {
  assert.deepEqual(Object.keys(reference).toSorted(), [
    "InferenceManager",
    "MlxModelDownloader",
    "ModelError",
    "ModelFileManager",
    "SharedModelManager",
    "nodeHost",
  ]);
});

test("every export of mlx-layout and of mlx-layout/spec stands in a list", () => {
  for (const path of ["./mod.ts", "../spec/mod.ts"]) {
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    assert.doesNotMatch(text, /^export (?!(?:type )?\{)/m, path);
  }
});

test("a name that mlx-layout and mlx-layout/spec both export means the same in both", () => {
  const own = exportsOf("./mod.ts").filter(({ from }) => from !== "../spec/mod.ts");
  assert.ok(own.some(({ name }) => name === "SharedModelManager"));
  const ofSpec = new Set(exportsOf("../spec/mod.ts").map(({ name }) => name));
  assert.ok(ofSpec.has("GenerateOptions"));
  assert.deepEqual(
    own.filter(({ name }) => ofSpec.has(name)),
    [],
  );
});
