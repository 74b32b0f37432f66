import assert from "node:assert/strict";
import { test } from "node:test";
import { entryPath, importedPackages, packageManifest } from "./package_manifest.ts";
import { PUBLISHED_PACKAGES } from "./published_packages.ts";

const root = {
  version: "1.2.3",
  license: "MIT",
  engines: { node: ">=22.19" },
  dependencies: { ajv: "8.0.0", "@a/b": "1.0.0", undici: "7.0.0" },
};

test("importedPackages() reads every form of import, and neither texts nor examples", () => {
  const text = [
    'import { a } from "ajv/dist/2020.js";',
    'import "undici";',
    'export * from "@a/b/c";',
    'import { x } from "./x.js";',
    'import { join } from "node:path";',
    'import { readFile } from "fs/promises";',
    "import {",
    "  b,",
    '} from "memfs";',
    'const e = await import("fast-check");',
    'const URL = "https://example.org";',
    'const message = `it comes from "tokenizer.py"`;',
    ' * import { nodeHost } from "mlx-layout";',
  ].join("\n");
  assert.deepEqual(importedPackages(text), ["ajv", "undici", "@a/b", "memfs", "fast-check"]);
});

test("a manifest depends on what is imported, in the repository's versions, and on nothing else", () => {
  const [one] = PUBLISHED_PACKAGES;
  assert.ok(one !== undefined);
  const modules = ['import { b } from "@a/b";', 'import { Ajv } from "ajv";'];
  const options = { root, modules, repositoryUrl: "https://example.org/o/n" };
  const manifest = packageManifest(one, options) as Record<string, unknown>;
  assert.deepEqual(manifest["dependencies"], { "@a/b": "1.0.0", ajv: "8.0.0" });
  assert.deepEqual(manifest["repository"], { type: "git", url: "git+https://example.org/o/n.git" });
  assert.equal("repository" in packageManifest(one, { root, modules }), false);
  assert.throws(
    () => packageManifest(one, { root, modules: ['import { x } from "memfs";'] }),
    /mlx-layout imports memfs, which is no dependency/,
  );
});

test("entryPath() gives each module an entry of its own", () => {
  assert.equal(entryPath("src/mod"), "entries/src_mod.js");
});
