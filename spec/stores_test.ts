import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LAYOUTS } from "./layouts.ts";
import { type Store, STORES } from "./stores.ts";

const TABLE: Readonly<Record<string, Store>> = STORES;
const text = readFileSync(new URL("places.md", import.meta.url), "utf8");

/** The rows of the document's first table: cells without blanks around them. */
const [, stores = ""] =
  text
    .split(/^## /m)
    .filter((part) => part.startsWith("Stores"))[0]
    ?.split("| --- |\n") ?? [];
const rows = Array.from(
  stores.matchAll(/^\| `([a-z-]+)` \|(.*)\|$/gm),
  ([, name = "", cells = ""]) => [name, ...cells.split("|").map((cell) => cell.trim())],
);

test("places.md has every store as STORES has it", () => {
  const expected = Object.entries(TABLE).map(([name, { title, layouts, directories }]) => [
    name,
    title,
    layouts.join(", ") || "none",
    directories.map((directory) => `\`${directory}\``).join(", "),
  ]);
  assert.deepEqual(rows, expected);
});

test("every store has a source, layouts that exist, and directories of the user or of a variable", () => {
  for (const [name, { source, layouts, directories, units }] of Object.entries(TABLE)) {
    assert.ok(name.length <= 10, `${name} is longer than its column`);
    assert.ok(source.length > 5, name);
    for (const layout of layouts) assert.ok(layout in LAYOUTS, `${name}: ${layout}`);
    assert.equal(layouts.length === 0, units !== undefined, name);
    for (const directory of directories) assert.match(directory, /^(?:~\/|\$[A-Z_]+(?:\/|$))/);
  }
});
