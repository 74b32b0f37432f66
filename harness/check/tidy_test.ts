import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/*
 * The order of the tree, as tests: what lint cannot say or says only about one file. Every rule is
 * a function from text to findings, so that each is first shown to find what it is there to find.
 */

const ROOT = new URL("../../", import.meta.url);
const OWN_PATH = "harness/check/tidy_test.ts";
const CODE_FOLDERS_REGEXP = /^(?:spec|src|harness|scenarios)\//;
const TEXT_REGEXP = /\.(?:ts|js|mjs|md|json|py|swift|sh|ya?ml)$/;

const ALLOWED_AT_TOP = new Set([
  "package.json",
  "package-lock.json",
  "deno.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  ".gitignore",
  ".oxlintrc.json",
  ".oxfmtrc.json",
  "spec",
  "src",
  "harness",
  "scenarios",
]);

const BANNED: readonly { readonly regExp: RegExp; readonly where: RegExp; readonly why: string }[] =
  [
    {
      regExp: /\b(?:TODO|FIXME)\b/,
      // There it is a directive of TAP, for a test that is expected to fail.
      where:
        /^(?!harness\/report\/formats\/tap_report\.ts$|spec\/report\.md$).*\.(?:ts|js|mjs|md|json|py|swift|sh|ya?ml)$/,
      why: "do it, or file it",
    },
    { regExp: /\bas any\b/, where: /\.ts$/, why: "narrow the type" },
    { regExp: /@ts-ignore/, where: /\.ts$/, why: "mend the type" },
    { regExp: /\.only\(/, where: /\.ts$/, why: "the other tests would not run" },
    {
      regExp: /\bsetTimeout\(/,
      // Clocks and sockets are tested with real time.
      where: /^(?!harness\/(?:clock|hub)\/|src\/node\/).*_test\.ts$/,
      why: "wait for the event, or use the world's clock",
    },
  ];

/** Paths of tracked files and of new ones that are not ignored, relative to the root, with `/`. */
function listFiles(): string[] {
  const listing = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: ROOT, encoding: "utf8" },
  );
  // A file that was removed but not yet committed is still listed.
  return [...new Set(listing.split("\0"))].filter(
    (path) => path !== "" && existsSync(new URL(encodeURI(path), ROOT)),
  );
}

function readText(path: string): string {
  return readFileSync(fileURLToPath(new URL(encodeURI(path), ROOT)), "utf8");
}

function findInFiles(accepts: (path: string) => boolean, rule: (text: string) => string[]) {
  return FILES.filter(accepts).flatMap((path) =>
    rule(readText(path)).map((found) => `${path}${found}`),
  );
}

const FILES = listFiles();

function topLevelFaults(paths: readonly string[]): string[] {
  const entries = paths.map((path) => ({
    name: path.split("/")[0] ?? "",
    nested: /\//.test(path),
  }));
  return entries
    .filter(({ name, nested }) => {
      if (nested && name.startsWith(".")) return false;
      return !ALLOWED_AT_TOP.has(name) && !/^tsconfig(?:\.\w+)?\.json$/.test(name);
    })
    .map(({ name }) => name);
}

/** Names that other tools insist on. */
const FOREIGN_NAMES: ReadonlySet<string> = new Set([
  "README.md",
  "Cargo.toml",
  "Cargo.lock",
  "Package.swift",
]);

function nameFaults(paths: readonly string[]): string[] {
  return paths.filter((path) =>
    path.split("/").some((segment) => {
      const stem = segment.replace(/(?:_test|_bench)?\.[a-z0-9.]+$/, "");
      // A frozen set is named after its month.
      if (/^\d{4}-\d{2}\.json$/.test(segment)) return false;
      if (/^(?:utils?|helpers?|common|misc)$/.test(stem)) return true;
      return !FOREIGN_NAMES.has(segment) && !/^[a-z0-9][a-z0-9_]*(?:\.[a-z0-9_]+)*$/.test(segment);
    }),
  );
}

const FOLDER_FILES_MAX = 30;

/** Folders with more code files, tests among them, than a reader takes in. */
function folderFaults(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths.filter((one) => one.endsWith(".ts"))) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > FOLDER_FILES_MAX)
    .map(([folder, count]) => `${folder}: ${count} files`);
}

function bannedFaults(path: string, text: string): string[] {
  const rules = BANNED.filter(({ where }) => where.test(path));
  return text
    .split("\n")
    .flatMap((line, at) =>
      rules
        .filter(({ regExp }) => regExp.test(line))
        .map(({ regExp, why }) => `${path}:${at + 1}: ${regExp.source} (${why})`),
    );
}

function headerFaults(text: string): string[] {
  return /^(?:#![^\n]*\n)?\/\*\*\n/.test(text) ? [] : [": no header comment"];
}

/** An overload shares the docstring of the first declaration of its name. */
function docstringFaults(text: string): string[] {
  const lines = text.split("\n");
  const documented = new Set<string>();
  return lines.flatMap((line, at) => {
    const name = /^export (?:async |abstract )?(?:function\*?|class) (\w+)/.exec(line)?.[1];
    if (name === undefined || documented.has(name)) return [];
    documented.add(name);
    return (lines[at - 1] ?? "").trim().endsWith("*/") ? [] : [`:${at + 1}: ${name}`];
  });
}

/** The literals at the top level of each argument of a call, and what stands between them. */
function argumentsOf(text: string, start: number): string[][] {
  const args: string[][] = [[]];
  let depth = 0;
  for (let at = start; at < text.length && depth >= 0; at++) {
    const char = text.charAt(at);
    const current = args.at(-1) ?? [];
    if (`"'\``.includes(char)) {
      const end = endOfLiteral(text, at);
      if (depth === 0) current.push(text.slice(at, end));
      at = end - 1;
    } else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
    else if (char === "," && depth === 0) args.push([]);
    else if (depth === 0 && !/[\s+]/.test(char)) current.push(char);
  }
  return args;
}

function endOfLiteral(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === "\\") at++;
    else if (text.charAt(at) === quote) return at + 1;
    else if (quote === "`" && text.startsWith("${", at)) at = endOfPlaceholder(text, at + 2);
  }
  return text.length;
}

function endOfPlaceholder(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (`"'\``.includes(char)) at = endOfLiteral(text, at) - 1;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return at;
  }
  return text.length;
}

/** The message is the second argument of a `ModelError` and the first of a `TypeError`. */
function messageFaults(text: string): string[] {
  return Array.from(text.matchAll(/new (ModelError|TypeError)\(/g)).flatMap((call) => {
    const position = call[1] === "ModelError" ? 1 : 0;
    const message = argumentsOf(text, call.index + call[0].length)[position] ?? [];
    const first = /^["'`](.)/s.exec(message[0] ?? "")?.[1] ?? "$";
    const last = /(.)["'`]$/s.exec(message.at(-1) ?? "")?.[1] ?? "";
    const where = `:${text.slice(0, call.index).split("\n").length}: ${message.join(" ")}`;
    // A message that begins with a placeholder cannot be judged from here.
    if (/^[^A-Z$]/.test(first)) return [`${where} does not begin with a capital`];
    return last === "." ? [`${where} ends with a period`] : [];
  });
}

test("the rules find what they are there to find", () => {
  assert.deepEqual(topLevelFaults(["notes.txt", "lib/x.ts", ".npmrc", "tsconfig.build.json"]), [
    "notes.txt",
    "lib",
    ".npmrc",
  ]);
  assert.deepEqual(topLevelFaults([".ci/run", "src/mod.ts", ".gitignore"]), []);
  const badNames = ["src/readFile.ts", "src/utils.ts", "src/common/x.ts", "src/helpers_test.ts"];
  assert.deepEqual(nameFaults([...badNames, "spec/README.md", "spec/a_b.schema.json"]), badNames);
  assert.equal(bannedFaults("src/a_test.ts", "\n// TODO x\ntest.only(\nsetTimeout(f)").length, 3);
  assert.deepEqual(bannedFaults("harness/hub/a_test.ts", "setTimeout(f)"), []);
  assert.equal(bannedFaults("src/a.ts", "x as any // FIXME").length, 2);
  assert.equal(headerFaults("import x").length, 1);
  assert.deepEqual(headerFaults("#!/usr/bin/env node\n/**\n * Why.\n */"), []);
  assert.deepEqual(
    docstringFaults("/** Does. */\nexport function a(): A\nexport function a() {}"),
    [],
  );
  assert.deepEqual(docstringFaults("\nexport async function a() {}\n\nexport class B {}"), [
    ":2: a",
    ":4: B",
  ]);
});

test("the rule on messages reads literals, templates and sums of them", () => {
  for (const good of [
    'new ModelError("internal", "Cannot do it")',
    'new ModelError(f(",", `}`), `Cannot ${a ? "." : `.`} it`, { file: "x." })',
    "new ModelError(code, `${what} is gone`)",
    'new ModelError("internal", message)',
    'new TypeError("Cannot " +\n  "do")',
  ]) {
    assert.deepEqual(messageFaults(good), [], good);
  }
  for (const bad of [
    'new ModelError("internal", "cannot do it")',
    'new ModelError("internal", "Cannot do it.")',
    'new ModelError(\n  code,\n  `Cannot ${what}` +\n    " now.",\n  { cause },\n)',
    "new TypeError('`a` is wrong')",
  ]) {
    assert.equal(messageFaults(bad).length, 1, bad);
  }
});

test("the top of the tree holds nothing but what belongs there", () => {
  assert.deepEqual([...new Set(topLevelFaults(FILES))], []);
});

test("every name is in snake case and says what the file is about", () => {
  assert.deepEqual(nameFaults(FILES.filter((path) => CODE_FOLDERS_REGEXP.test(path))), []);
});

test(`no folder holds more than ${FOLDER_FILES_MAX} code files`, () => {
  const many = Array.from({ length: FOLDER_FILES_MAX + 1 }, (_, at) => `src/room/file_${at}.ts`);
  assert.deepEqual(folderFaults(many), [`src/room: ${many.length} files`]);
  assert.deepEqual(folderFaults(many.slice(1)), []);
  assert.deepEqual(folderFaults(FILES), []);
});

test("no file holds a banned text", () => {
  const paths = FILES.filter((path) => TEXT_REGEXP.test(path) && path !== OWN_PATH);
  assert.ok(paths.includes("spec/host.ts"));
  assert.deepEqual(
    paths.flatMap((path) => bannedFaults(path, readText(path))),
    [],
  );
});

test("every scenario begins with a comment that tells its story", () => {
  const isScenario = (path: string) => /^scenarios\/.*(?<!_test)\.ts$/.test(path);
  assert.deepEqual(findInFiles(isScenario, headerFaults), []);
});

test("every exported function and class of spec and src has a docstring", () => {
  const isPublic = (path: string) => /^(?:spec|src)\/.*(?<!_test|_bench)\.ts$/.test(path);
  assert.ok(isPublic("spec/fnmatch.ts"));
  assert.deepEqual(findInFiles(isPublic, docstringFaults), []);
});

test("every error message of src begins with a capital and ends without a period", () => {
  const isSource = (path: string) => /^src\/.*(?<!_test|_bench)\.ts$/.test(path);
  assert.deepEqual(findInFiles(isSource, messageFaults), []);
});
