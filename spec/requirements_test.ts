import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES, type ErrorCode } from "./error_code.ts";
import { ERROR_REMEDIES } from "./error_remedies.ts";
import { type Requirement, REQUIREMENTS } from "./requirements.ts";

const DOCUMENT_NAMES = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".md"));
const LAW: Readonly<Record<string, Requirement>> = REQUIREMENTS;

/** The exact shape of a requirement in the prose; the sentence is one line. */
const BLOCK_REGEXP =
  /^<a id="([^"]+)"><\/a>\n\n### (.+)\n\n(MUST|SHOULD|MAY) · ([a-z]+)\n\n(\S.*)\n(?:\n|$)/gm;

/** A requirement as a document states it. */
interface StatedRequirement {
  readonly id: string;
  readonly heading: string;
  readonly level: string;
  readonly profile: string;
  readonly document: string;
  readonly text: string;
}

function readDocument(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

function requirementsIn(name: string): StatedRequirement[] {
  return Array.from(readDocument(name).matchAll(BLOCK_REGEXP), (block) => ({
    id: block[1] ?? "",
    heading: block[2] ?? "",
    level: block[3] ?? "",
    profile: block[4] ?? "",
    document: name.replace(/\.md$/, ""),
    text: block[5] ?? "",
  }));
}

const STATED = DOCUMENT_NAMES.flatMap(requirementsIn);

test("the documents state every requirement as REQUIREMENTS does", () => {
  assert.deepEqual(
    Object.fromEntries(STATED.map(({ id, heading: _heading, ...stated }) => [id, stated])),
    LAW,
  );
});

test("the documents state every requirement once, under its own id", () => {
  const ids = STATED.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.deepEqual(
    STATED.map(({ heading }) => heading),
    ids,
  );
});

test("the documents state the requirements in the order of REQUIREMENTS", () => {
  for (const name of DOCUMENT_NAMES) {
    const stated = requirementsIn(name);
    assert.deepEqual(
      stated.map(({ id }) => id),
      Object.keys(LAW).filter((id) => stated.some((requirement) => requirement.id === id)),
    );
  }
});

test("no anchor and no heading of the third level is outside a requirement's block", () => {
  for (const name of DOCUMENT_NAMES) {
    const text = readDocument(name);
    const stated = requirementsIn(name).length;
    assert.equal(Array.from(text.matchAll(/<a /g)).length, stated, `anchors in ${name}`);
    assert.equal(Array.from(text.matchAll(/^### /gm)).length, stated, `headings in ${name}`);
  }
});

test("every id is an area and a noun, of at most 20 characters", () => {
  for (const id of Object.keys(LAW)) {
    assert.match(id, /^[A-Z]+(-[A-Z]+)+$/);
    assert.ok(id.length <= 20, `${id} is ${id.length} characters long`);
  }
});

test("no two requirements have the same sentence, and each is a sentence", () => {
  const texts = Object.values(LAW).map(({ text }) => text);
  assert.deepEqual(texts, [...new Set(texts)]);
  for (const text of texts) assert.match(text, /^[A-Z`].*\.$/);
});

test("every requirement is followed by prose that explains it", () => {
  for (const name of DOCUMENT_NAMES) {
    const parts = readDocument(name).split(BLOCK_REGEXP);
    // Each block adds five captured groups between two stretches of prose.
    const explanations = parts.filter((_part, at) => at > 0 && at % 6 === 0);
    for (const [at, prose] of explanations.entries()) {
      const own = prose.split(/^## /m)[0] ?? "";
      assert.ok(own.trim().length > 40, `${requirementsIn(name)[at]?.id ?? name} has no reason`);
    }
  }
});

test("README.md lists every error code with its cause, its remedy and whether it is tried again", () => {
  const section = readDocument("README.md").split("## Error codes\n")[1]?.split(/^## /m)[0] ?? "";
  const rows = Array.from(section.matchAll(/^\| `([^`]+)` +\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm));
  const codes = Object.entries(ERROR_CODES) as [ErrorCode, string][];
  assert.deepEqual(
    rows.map((row) => row.slice(1)),
    codes.map(([code, cause]) => {
      const { remedy, retried } = ERROR_REMEDIES[code];
      return [code, cause, remedy, retried];
    }),
  );
});

test("README.md links every document of the spec", () => {
  const readme = readDocument("README.md");
  for (const { document } of Object.values(LAW)) {
    assert.ok(readme.includes(`](${document}.md)`), `${document}.md is not linked`);
  }
});

test("every id and every relative link that the documents mention exists", () => {
  const areas = [...new Set(Object.keys(LAW).map((id) => id.split("-")[0] ?? ""))];
  const mention = new RegExp(`\`((?:${areas.join("|")})-[A-Z-]+)\``, "g");
  for (const name of DOCUMENT_NAMES) {
    const text = readDocument(name);
    for (const [, id = ""] of text.matchAll(mention)) {
      assert.ok(id in LAW, `${name} mentions ${id}, which is not a requirement`);
    }
    for (const [, target = "", anchor = ""] of text.matchAll(/\]\(([^)#:]*)(#[^)]*)?\)/g)) {
      const found = target === "" || existsSync(new URL(target, import.meta.url));
      assert.ok(found, `${name} links ${target}, which does not exist`);
      if (/^#[A-Z]/.test(anchor)) assert.ok(anchor.slice(1) in LAW, `${name} links ${anchor}`);
    }
  }
});
