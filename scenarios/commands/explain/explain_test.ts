import assert from "node:assert/strict";
import { test } from "node:test";
import { miniatures } from "../../../harness/internal.ts";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import { scenarios } from "../../mod.ts";
import { captureConform } from "../capture_conform.ts";

test("mlx-conform explain says what a requirement asks for, why, and what tests it", async () => {
  const { exitCode, out } = await captureConform("explain", "dl-space-first");
  assert.equal(exitCode, 0, out);
  const [first = "", second = ""] = out.split("\n");
  assert.match(first, /^DL-SPACE-FIRST {2}MUST, profile core, spec\/download\.md#DL-SPACE-FIRST$/);
  assert.ok(REQUIREMENTS["DL-SPACE-FIRST"].text.startsWith(second.trim()));
  assert.match(out, /\nwhy:\n {2}\w/);
  assert.match(out, /\nwhat is observed:\n {2}\w/);
  assert.match(out, /\nkinds of errors [^\n]*:\n[^]*download\/too_little_room: disk-full\n/);
  assert.match(out, /\nscenarios that cover it:\n[^]* download\/too_little_room\n/);
  assert.match(out, /\nminiatures that break it:\n {2}\w+: [A-Z]/);
  assert.ok(out.split("\n").every((line) => line.length <= 110));
});

test("mlx-conform explain has the same as JSON", async () => {
  const { out } = await captureConform("explain", "STATUS-LOCAL", "--json");
  const { level, kinds, miniatures: broken } = JSON.parse(out);
  assert.deepEqual([level, kinds], [REQUIREMENTS["STATUS-LOCAL"].level, {}]);
  assert.ok(broken.length > 0);
});

test("mlx-conform explain suggests the name that was meant, and ends with 2", async () => {
  const { exitCode, err } = await captureConform("explain", "DL-RESUMES");
  assert.equal(exitCode, 2);
  assert.match(err, /Unknown requirement "DL-RESUMES" \(Did you mean DL-RESUME\?\)/);
});

test("mlx-conform list has everything, as lines and as JSON", async () => {
  const lines = async (...words: string[]) =>
    (await captureConform("list", ...words)).out.trimEnd().split("\n");
  assert.equal((await lines()).length, Object.keys(REQUIREMENTS).length);
  assert.equal((await lines("scenarios")).length, scenarios.length);
  assert.equal((await lines("miniatures")).length, miniatures.length);
  assert.ok((await lines("subjects")).some((line) => line.startsWith("naive-curl  ")));
  const { out } = await captureConform("list", "scenarios", "--json");
  assert.deepEqual(
    JSON.parse(out).map(({ name }: { readonly name: string }) => name),
    scenarios.map(({ name }) => name),
  );
  const wrong = await captureConform("list", "scenario");
  assert.equal(wrong.exitCode, 2);
  assert.match(wrong.err, /Did you mean scenarios\?/);
});

test("explain shows what the cases of a scenario are, and runs none", async () => {
  const { out, exitCode } = await captureConform("explain", "layout/planted_entries");
  assert.equal(exitCode, 0);
  assert.match(out, /^judges:\n  LAYOUT-PLANTED$/m);
  assert.match(out, /^  attack\.when: (?:[\w ]+ \d+(?:, )?){3}$/m);
  const { out: json } = await captureConform("explain", "layout/planted_entries", "--json");
  const { drawn, cases } = JSON.parse(json) as {
    readonly drawn: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly cases: number;
  };
  const sum = Object.values(drawn["isUpdate"] ?? {}).reduce((all, count) => all + count, 0);
  assert.equal(sum, cases);
});
