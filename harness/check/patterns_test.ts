import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { check } from "recheck";

/*
 * Every pattern of `src` and `spec` takes linear time, whatever text it is given: what a hub or a model sends is matched by
 * them. `recheck` decides; what it cannot decide is refused as well, and is better written as a loop.
 */

const ROOT = new URL("../../", import.meta.url);

/** Files whose patterns are matched against short texts only, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  "src/records/model_lock.ts": "names of files have at most 255 bytes",
};

/** How long one pattern is looked at: seconds, and far more on a busy machine. */
const CHECK_MS_MAX = 180_000;

/** What can stand before a pattern; behind anything else a slash divides. */
const PATTERN =
  /(?<=[=(,:!&|?[{};\s]|return)\/(?![*/\s])((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/g;

interface Literal {
  readonly path: string;
  readonly source: string;
  readonly flags: string;
}

function literalsIn(path: string, text: string): Literal[] {
  const code = text.split("\n").filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line));
  return code.flatMap((line) =>
    Array.from(line.matchAll(PATTERN), ([, source = "", flags = ""]) => ({ path, source, flags })),
  );
}

function readLiterals(): Literal[] {
  const flags = ["ls-files", "--cached", "--others", "--exclude-standard", "src/*.ts", "spec/*.ts"];
  const listing = execFileSync("git", flags, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  return listing
    .filter((path) => !path.endsWith("_test.ts") && existsSync(new URL(path, ROOT)))
    .flatMap((path) => literalsIn(path, readFileSync(new URL(path, ROOT), "utf8")));
}

/** A pattern in which nothing repeats without an end takes time in proportion to the text, times its own length. */
function canBeSlow({ source }: Literal): boolean {
  return /[*+]|\{\d+,\}/.test(source.replace(/\\./g, ""));
}

async function faultOf(literal: Literal): Promise<string | undefined> {
  const { path, source, flags } = literal;
  const { status } = await check(source, flags.replace(/[dv]/g, ""), { timeout: CHECK_MS_MAX });
  return status === "safe" || Object.hasOwn(ALLOWED, path)
    ? undefined
    : `${path}: /${source}/${flags} is ${status}`;
}

test("patterns are found, and slow ones are refused", async () => {
  const text = 'const a = /^(a|a)*$/;\nreturn x / y / z;\nuse("/b+/", /[/]c/u);\n// /d*/\n';
  const literals = literalsIn("src/a.ts", text);
  assert.deepEqual(
    literals.map(({ source, flags }) => `${source} ${flags}`),
    ["^(a|a)*$ ", "[/]c u"],
  );
  const [slow, quick] = literals;
  assert.ok(slow !== undefined && quick !== undefined);
  assert.match((await faultOf(slow)) ?? "", /is vulnerable/);
  assert.ok(!canBeSlow(quick));
});

test("every pattern takes linear time", async () => {
  const faults: string[] = [];
  for (const literal of readLiterals().filter(canBeSlow)) {
    const fault = await faultOf(literal);
    if (fault !== undefined) faults.push(fault);
  }
  assert.deepEqual(faults, []);
});
