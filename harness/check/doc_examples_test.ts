import assert from "node:assert/strict";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

/*
 * Every example in a docstring or a document is run, so that none of them can be out of date. An
 * example is written to a file whose lines have the numbers they have in the source, so that
 * a stack trace leads to the right line.
 */

const ROOT = new URL("../../", import.meta.url);

/** The names under which examples import the project, and the modules behind them. */
const MODULES: Readonly<Record<string, string>> = {
  "mlx-layout": "src/mod.ts",
  "mlx-layout/spec": "spec/mod.ts",
  "mlx-conform": "harness/mod.ts",
  "mlx-conform/internal": "harness/internal.ts",
  "mlx-conform/scenarios": "scenarios/mod.ts",
  "mlx-conform/spec": "spec/mod.ts",
};

/** An example as it stands in a file. */
interface Example {
  readonly path: string;
  /** Number of the first line inside the fence, from 1. */
  readonly line: number;
  readonly code: string;
}

function examplesIn(path: string, text: string): Example[] {
  const isCode = path.endsWith(".ts");
  const examples: Example[] = [];
  let fence: { readonly line: number; readonly code: string[] } | undefined;
  let inComment = !isCode;
  for (const [at, line] of text.split("\n").entries()) {
    if (isCode && /^\s*\/\*\*/.test(line)) inComment = true;
    if (!inComment) continue;
    const content = isCode ? line.replace(/^\s*\/?\*{1,2} ?/, "") : line;
    if (fence !== undefined && /^\s*```\s*$/.test(content)) {
      examples.push({ path, line: fence.line, code: fence.code.join("\n") });
      fence = undefined;
    } else if (fence !== undefined) {
      fence.code.push(content);
    } else if (/^\s*```(?:ts|typescript)\b/.test(content)) {
      fence = { line: at + 2, code: [] };
    }
    if (isCode && line.includes("*/")) {
      assert.equal(fence, undefined, `The example at ${path}:${fence?.line} is not closed`);
      inComment = false;
    }
  }
  assert.equal(fence, undefined, `The example at ${path}:${fence?.line} is not closed`);
  return examples;
}

/** Replaces each imported name by the address of the module, for a file outside the project. */
function resolveImports(example: Example): string {
  const importRegExp = /(\bfrom\s+|\bimport\s+|\bimport\()(["'])([^"'\n]+)\2/g;
  return example.code.replace(importRegExp, (_all, start: string, _quote, name: string) => {
    const where = `The example at ${example.path}:${example.line} imports "${name}"`;
    assert.ok(!/^(?:\.|\/|file:)/.test(name), `${where}, which a reader cannot; name the package`);
    const module = MODULES[name];
    if (module === undefined) {
      assert.ok(
        !/^mlx-(?:layout|conform)/.test(name),
        `${where}, which the project does not export`,
      );
      return `${start}${JSON.stringify(import.meta.resolve(name))}`;
    }
    const url = new URL(module, ROOT);
    assert.ok(existsSync(url), `${where}, but ${module} does not exist`);
    return `${start}${JSON.stringify(url.href)}`;
  });
}

const directory = mkdtempSync(join(tmpdir(), "doc_examples_"));
after(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, "package.json"), '{ "type": "module" }');

async function runExample(example: Example): Promise<void> {
  const where = `${example.path}:${example.line}`;
  assert.match(example.code, /\bassert(?:\.\w+)*\(/, `The example at ${where} asserts nothing`);
  const source = "\n".repeat(example.line - 1) + resolveImports(example);
  const file = join(
    directory,
    `${example.path.replaceAll(/[^a-z0-9_]/gi, "_")}_${example.line}.ts`,
  );
  writeFileSync(file, source);
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    const line = error instanceof Error ? error.stack?.split(`${file}:`)[1] : undefined;
    const at = `${example.path}:${line === undefined ? example.line : Number.parseInt(line, 10)}`;
    throw new Error(`The example at ${where} failed at ${at}: ${String(error)}`, { cause: error });
  }
}

const PATHS = globSync(
  ["README.md", "{spec,src,harness,scenarios}/**/*.md", "{spec,src,harness}/**/*.ts"],
  {
    cwd: fileURLToPath(ROOT),
  },
)
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !path.endsWith("_test.ts"))
  .toSorted();

const EXAMPLES = PATHS.flatMap((path) =>
  examplesIn(path, readFileSync(new URL(encodeURI(path), ROOT), "utf8")),
);

test("examplesIn() finds the fences of docstrings and of documents, with their lines", () => {
  const code = '/**\n * ```ts\n * a();\n *\n *   b();\n * ```\n */\nconst text = "\\n```ts";\n';
  assert.deepEqual(examplesIn("x.ts", code), [{ path: "x.ts", line: 3, code: "a();\n\n  b();" }]);
  const prose = "```sh\nls\n```\n\n```ts\na();\n```\n";
  assert.deepEqual(examplesIn("x.md", prose), [{ path: "x.md", line: 6, code: "a();" }]);
  assert.throws(() => examplesIn("x.md", "```ts\na();\n"), /x\.md:2 is not closed/);
  assert.throws(() => examplesIn("x.ts", "/**\n * ```ts\n */\n"), /x\.ts:3 is not closed/);
});

test("runExample() names file and line of an example that fails, in each way it can", async () => {
  const start = 'import assert from "node:assert/strict";\n';
  const cases: readonly (readonly [code: string, message: RegExp])[] = [
    ["const one: number = 1;", /x\.md:7 asserts nothing/],
    [`${start}assert.equal(\n  1,\n  2,\n);`, /x\.md:7 failed at \S+:8: AssertionError/],
    [`import { no } from "mlx-layout/no";\nassert(no);`, /imports "mlx-layout\/no"/],
    [`import { no } from "mlx-layout/spec";\nassert(no);`, /x\.md:7 failed .* export named 'no'/],
    [`import { no } from "./no.ts";\nassert(no);`, /x\.md:7 imports "\.\/no\.ts"/],
    [`${start}await Promise.reject(new Error("late"));\nassert(true);`, /failed at \S+:8: .*late/],
  ];
  for (const [at, [code, message]] of cases.entries()) {
    const example = { path: `${at}/x.md`, line: 7, code };
    await assert.rejects(runExample(example), message);
  }
  await runExample({ path: "ok/x.md", line: 7, code: `${start}assert.equal(1, 1);` });
});

test("there is an example to run", () => {
  assert.ok(EXAMPLES.some(({ path }) => path === "spec/fnmatch.ts"));
});

for (const example of EXAMPLES) {
  test(`the example at ${example.path}:${example.line} holds`, { timeout: 30_000 }, async () => {
    await runExample(example);
  });
}
