import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/*
 * Every arrow between rooms runs one way, type imports counted. A room is a folder or a file directly below `src` or
 * `harness`. Between files lint forbids circles (`import/no-cycle`).
 */

const ROOT = new URL("../../", import.meta.url);

/** Each file and the files that it imports, by path from the top of the repository. */
type Imports = ReadonlyMap<string, readonly string[]>;

/** An import that its table does not allow yet: from one room to another on the same floor or above. */
interface Exception {
  readonly from: string;
  readonly to: string;
}

/** A floor's rooms import from the floors before it, and never from one another. */
interface Rooms {
  readonly floors: readonly (readonly string[])[];
  readonly exceptions: readonly Exception[];
}

const ROOMS: Readonly<Record<string, Rooms>> = {
  src: {
    floors: [
      ["errors", "limits", "near_names", "node", "package_version"],
      ["cancellation", "load", "node_host"],
      ["disk", "run"],
      ["hub"],
      ["layout"],
      ["records"],
      ["download", "inference_manager", "migrate", "places"],
      ["can_load", "manage", "serve", "share"],
      ["doctor"],
      ["shared_model_manager"],
      ["cli", "mod"],
    ],
    exceptions: [],
  },
  harness: {
    floors: [
      ["errors", "relative_places"],
      ["disk", "hub", "redact_secrets"],
      ["clock", "fidelity", "models", "subjects", "tracing"],
      ["runners", "worlds"],
      ["arbitraries", "scenario"],
      ["deviations", "scenario_parts"],
      ["crash", "errno", "hostile", "miniatures", "replay"],
      ["suite"],
      ["report"],
      ["internal", "mod"],
    ],
    exceptions: [],
  },
};

/** Tests set up what they need from any room, and nothing imports them. */
const NOT_IN_ROOMS =
  /_(?:test|bench)\.ts$|^harness\/(?:check|release)\/|^harness\/subjects\/adapters\//;

/** The relative modules that a text imports, re-exports or imports types from. */
function importedModules(text: string): string[] {
  const regExp = /\bfrom\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gm;
  return Array.from(
    text.matchAll(regExp),
    ([, from, called, bare]) => from ?? called ?? bare ?? "",
  );
}

function readImports(): Imports {
  const flags = ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"];
  const listing = execFileSync("git", flags, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  const paths = new Set(listing.filter((path) => existsSync(new URL(path, ROOT))));
  const importsOf = (path: string) =>
    importedModules(readFileSync(fileURLToPath(new URL(path, ROOT)), "utf8"))
      .map((module) => posix.join(posix.dirname(path), module))
      .filter((module) => paths.has(module));
  return new Map([...paths].map((path) => [path, importsOf(path)]));
}

/** The room of a file, or undefined where it has none in this tree. */
function roomOf(tree: string, path: string): string | undefined {
  if (!path.startsWith(`${tree}/`) || NOT_IN_ROOMS.test(path)) return undefined;
  return path.split("/")[1]?.replace(/\.ts$/, "");
}

/** Imports that run up, or between rooms of one floor. */
function wrongArrows(imports: Imports, tree: string, { floors, exceptions }: Rooms): string[] {
  const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
  return [...imports].flatMap(([path, targets]) => {
    const from = roomOf(tree, path);
    if (from === undefined) return [];
    return targets
      .filter((target) => {
        const to = roomOf(tree, target);
        if (to === undefined || to === from || floorOf(to) < floorOf(from)) return false;
        return !exceptions.some((one) => one.from === from && one.to === to);
      })
      .map((target) => `${path} imports ${target}`);
  });
}

const IMPORTS = readImports();

test("modules are read from every form of import", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import type {\n  B,\n} from "../b.ts";',
    'export * from "./c.ts";',
    'import "./d.ts";',
    'const e = await import("./e.ts");',
    'import fc from "fast-check";',
  ].join("\n");
  const found = ["./a.ts", "../b.ts", "./c.ts", "./d.ts", "./e.ts"];
  assert.deepEqual(importedModules(text), found);
});

test("arrows up and between rooms of one floor are found", () => {
  const imports: Imports = new Map([
    ["src/low/a.ts", ["src/high/b.ts", "src/same.ts"]],
    ["src/high/b.ts", ["src/low/c.ts"]],
    ["src/low/c.ts", ["src/low/a.ts"]],
    ["src/same.ts", []],
    ["src/low/a_test.ts", ["src/high/b.ts"]],
  ]);
  const floors = [["low", "same"], ["high"]];
  assert.deepEqual(wrongArrows(imports, "src", { floors, exceptions: [] }), [
    "src/low/a.ts imports src/high/b.ts",
    "src/low/a.ts imports src/same.ts",
  ]);
  const exceptions = [{ from: "low", to: "high" }];
  assert.deepEqual(wrongArrows(imports, "src", { floors, exceptions }), [
    "src/low/a.ts imports src/same.ts",
  ]);
});

for (const [tree, rooms] of Object.entries(ROOMS)) {
  test(`every arrow between rooms of ${tree} runs one way`, () => {
    assert.deepEqual(wrongArrows(IMPORTS, tree, rooms), []);
  });

  test(`the table of rooms of ${tree} has each room once, and no exception that is not needed`, () => {
    const found = [...IMPORTS.keys()].map((path) => roomOf(tree, path) ?? []).flat();
    assert.deepEqual(rooms.floors.flat().toSorted(), [...new Set(found)].toSorted());
    const strict = wrongArrows(IMPORTS, tree, { ...rooms, exceptions: [] });
    for (const { from, to } of rooms.exceptions) {
      const isNeeded = strict.some(
        (line) => line.includes(`${tree}/${from}`) && line.includes(`${tree}/${to}`),
      );
      assert.ok(isNeeded, `nothing in ${from} imports from ${to}`);
    }
  });
}
