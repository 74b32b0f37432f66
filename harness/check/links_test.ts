import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

/*
 * Every relative link in a document leads to a tracked file or folder and to a heading that it has, and every path in
 * backquotes that begins with one of the repository's folders is there.
 */

const ROOT = new URL("../../", import.meta.url);
const PATHS = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  {
    cwd: ROOT,
    encoding: "utf8",
  },
)
  .split("\0")
  .filter((path) => path !== "" && existsSync(new URL(encodeURI(path), ROOT)));
const KNOWN: ReadonlySet<string> = new Set(PATHS.flatMap(withParents));
const DOCUMENTS = PATHS.filter((path) => path.endsWith(".md"));
/** A folder that its documents name, not the whole of a larger path. */
const PATH_REGEXP = /^(?:spec|src|harness|scenarios|\.github)\/[\w./@-]*$/;

/** A path and all folders that it is in. */
function withParents(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === "." ? [path, "."] : [path, ...withParents(parent)];
}

/** The text without fenced blocks, whose contents are no Markdown. */
function withoutFences(text: string): string {
  return text.replaceAll(/^( *)```[^\n]*\n[\s\S]*?^\1```$/gm, "");
}

/** The anchor that a heading has where Markdown is shown as a page. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsIn(text: string): Set<string> {
  const prose = withoutFences(text);
  const headings = Array.from(prose.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => heading);
  const ids = Array.from(prose.matchAll(/<a id="([^"]+)">/g), ([, id = ""]) => id);
  return new Set([...headings.map(anchorOf), ...ids]);
}

/** What the links and paths of a document that lies at `path` miss. */
function linkFaults(path: string, text: string, known: ReadonlySet<string> = KNOWN): string[] {
  const prose = withoutFences(text);
  const faults: string[] = [];
  for (const [, target = "", anchor = ""] of prose.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const found = target === "" ? path : posix.join(posix.dirname(path), target).replace(/\/$/, "");
    if (!known.has(found)) faults.push(`${path} links ${target}, which does not exist`);
    else if (anchor !== "" && found.endsWith(".md")) {
      const linked = found === path ? text : readFileSync(new URL(found, ROOT), "utf8");
      if (!anchorsIn(linked).has(anchor)) faults.push(`${path} links #${anchor}, not in ${found}`);
    }
  }
  for (const [, code = ""] of prose.matchAll(/`([^`\n]+)`/g)) {
    if (!PATH_REGEXP.test(code)) continue;
    // In a recipe, capitals stand for a name that the reader chooses.
    if (/(?:^|\/)[^/]*[A-Z]{3,}[^/]*/.test(code) && !known.has(code)) continue;
    if (!known.has(code.replace(/\/$/, "")))
      faults.push(`${path} names ${code}, which does not exist`);
  }
  return faults;
}

test("linkFaults() finds links and paths that lead nowhere", () => {
  const known = new Set(["README.md", "spec", "spec/a.md", "src/mod.ts"]);
  const good =
    "# One `b`: two\n[a](a.md) [self](#one-b-two) [up](../README.md) [x](https://x.org/y) `spec/`\n";
  assert.deepEqual(linkFaults("spec/a.md", good, known), []);
  const fenced = "```\n[a](b.md) `src/no.ts`\n```\n`src/AREA/NAME.ts` `src/mod.ts`";
  assert.deepEqual(linkFaults("README.md", fenced, known), []);
  for (const bad of ["[a](b.md)", "[a](#no)", "`spec/no.ts`", "[a](../README.md) `src/x/`"])
    assert.equal(linkFaults("README.md", bad, known).length, bad.includes("src/x") ? 2 : 1, bad);
});

test("there are documents to read", () => {
  assert.ok(DOCUMENTS.includes("README.md") && DOCUMENTS.includes("spec/download.md"));
});

for (const path of DOCUMENTS) {
  test(`every link and path in ${path} exists`, () => {
    const text = readFileSync(new URL(encodeURI(path), ROOT), "utf8");
    assert.deepEqual(linkFaults(path, text), []);
  });
}
