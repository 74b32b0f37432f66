import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import {
  GRADES,
  REQUIREMENT_SETS,
  type RequirementSet,
  WITHDRAWN_REQUIREMENTS,
} from "../../../spec/sets/mod.ts";
import { freezeSet, setSha256, setText } from "./freeze_set.ts";
import { setFaults } from "./set_faults.ts";

const SETS = new URL("../../../spec/sets/", import.meta.url);
const FACTS = { name: "2099-01", frozen: "2099-01-05", suite: "9.0.0" };
const LAW = {
  "DL-INTEGRITY": REQUIREMENTS["DL-INTEGRITY"],
  "DL-RESUME": REQUIREMENTS["DL-RESUME"],
} as const;
const SMALL = freezeSet(FACTS, LAW);
const AROUND = { sha256: setSha256(SMALL), law: LAW, withdrawn: {} };

test("every frozen set is what it was when it was frozen", () => {
  const law = REQUIREMENTS;
  const withdrawn = WITHDRAWN_REQUIREMENTS;
  for (const { set, sha256 } of REQUIREMENT_SETS)
    assert.deepEqual(setFaults(set, { sha256, law, withdrawn }), []);
});

test("every file of a set is among the sets, under its own name, the oldest first", () => {
  const files = readdirSync(SETS).filter((name) => /^\d/.test(name));
  const names = REQUIREMENT_SETS.map(({ set }) => set.name);
  assert.deepEqual(
    names.map((name) => `${name}.json`),
    files.toSorted(),
  );
  for (const { set } of REQUIREMENT_SETS) {
    assert.match(set.frozen, /^\d{4}-\d{2}-\d{2}$/);
    for (const { level, grade } of Object.values(set.requirements)) {
      assert.ok(["MUST", "SHOULD", "MAY"].includes(level));
      assert.ok(grade === undefined || (level === "MUST" && GRADES.includes(grade)));
    }
  }
});

test("README.md has the numbers of each set, and of each grade of the newest", () => {
  const text = readFileSync(new URL("README.md", SETS), "utf8");
  for (const { set } of REQUIREMENT_SETS) {
    const all = Object.values(set.requirements);
    const of = (wanted: string) => all.filter(({ level }) => level === wanted).length;
    const counts = `${all.length}: ${of("MUST")} MUST, ${of("SHOULD")} SHOULD`;
    assert.ok(text.includes(`| ${set.frozen} | ${counts} |`), `${set.name}: ${counts}`);
  }
  const newest = Object.values(REQUIREMENT_SETS.at(-1)?.set.requirements ?? {});
  for (const [at, name] of GRADES.entries()) {
    const asked = newest.filter(({ grade }) => grade !== undefined && GRADES.indexOf(grade) <= at);
    assert.match(text, new RegExp(`^\\| ${name} \\| .* \\| ${asked.length} \\|$`, "m"));
  }
});

test("freezeSet() asks a client without resumption for bronze, and no client for a SHOULD", () => {
  assert.deepEqual(SMALL.requirements, {
    "DL-INTEGRITY": { level: "MUST", profile: "core", grade: "bronze" },
    "DL-RESUME": { level: "MUST", profile: "core", grade: "silver" },
  });
  const { requirements } = freezeSet(FACTS, { "LAYOUT-KIND": REQUIREMENTS["LAYOUT-KIND"] });
  assert.deepEqual(requirements, { "LAYOUT-KIND": { level: "SHOULD", profile: "core" } });
});

test("setText() is the set that is read back, a line for each requirement", () => {
  const text = setText(SMALL);
  assert.deepEqual(JSON.parse(text), SMALL);
  assert.match(text, /^ {4}"DL-RESUME": \{ "level": "MUST", .* \}$/m);
});

test("setFaults() finds a set that was changed, and ids that mean something else", () => {
  assert.deepEqual(setFaults(SMALL, AROUND), []);
  const { "DL-RESUME": resume, ...others } = SMALL.requirements;
  assert.ok(resume !== undefined);
  const changed: RequirementSet = { ...SMALL, requirements: others };
  assert.match(
    setFaults(changed, AROUND).join("\n"),
    /set 2099-01 was changed after it was frozen/,
  );
  const { "DL-RESUME": _gone, ...law } = LAW;
  assert.match(setFaults(SMALL, { ...AROUND, law }).join("\n"), /DL-RESUME, which neither exists/);
  const withdrawn = { "DL-RESUME": { on: "2099-02-01", why: "two requirements say it better" } };
  assert.deepEqual(setFaults(SMALL, { ...AROUND, law, withdrawn }), []);
  assert.match(setFaults(SMALL, { ...AROUND, withdrawn }).join("\n"), /DL-RESUME exists and is/);
  const weaker = { ...LAW, "DL-RESUME": { level: "SHOULD", profile: "core" } } as const;
  assert.match(
    setFaults(SMALL, { ...AROUND, law: weaker }).join("\n"),
    /DL-RESUME is a MUST of core in set 2099-01, and a SHOULD of core today/,
  );
});
