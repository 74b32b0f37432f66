import assert from "node:assert/strict";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { scenarios } from "../../mod.ts";
import { packageDirectory } from "../package_directory.ts";
import { makeInstrumentedCopy, mutantsOf } from "./instrumented_copy.ts";
import { judgeMutants } from "./judge_mutants.ts";
import { areaOf, type JudgedMutant, type MutantEnd } from "./mutant.ts";
import { LikelyJudges } from "./likely_judges.ts";
import { placesAround } from "./places_around.ts";
import { mutationTable } from "./mutation_table.ts";
import { sampleOf } from "./sample.ts";

test("sampleOf() draws the same for the same seed, in order, and others for another seed", () => {
  const all = Array.from({ length: 100 }, (_, at) => at);
  const drawn = sampleOf(all, { count: 10, seed: 1 });
  assert.equal(drawn.length, 10);
  assert.deepEqual(
    drawn,
    drawn.toSorted((one, two) => one - two),
  );
  assert.deepEqual(sampleOf(all, { count: 10, seed: 1 }), drawn);
  assert.notDeepEqual(sampleOf(all, { count: 10, seed: 2 }), drawn);
  assert.deepEqual(sampleOf(all, { count: 1_000, seed: 1 }), all);
});

test("mutationTable() counts by part, and says which share the scenarios noticed", () => {
  const one = (file: string, end: MutantEnd): JudgedMutant => ({
    id: "1",
    file,
    line: 1,
    text: "a",
    mutator: "BlockStatement",
    original: "a",
    replacement: "b",
    end,
    durationMs: 1,
  });
  const judged = [
    one("hub/retry.ts", "killed"),
    one("hub/retry.ts", "timeout"),
    one("hub/retry.ts", "survived"),
    one("hub/retry.ts", "unit"),
    one("hub/retry.ts", "equivalent"),
    one("mod.ts", "unreached"),
  ];
  assert.deepEqual(judged.map(areaOf).slice(4), ["hub", "mod"]);
  const rows = mutationTable(judged).split("\n").slice(2);
  assert.deepEqual(rows, [
    "| hub | 5 | 1 | 0 | 1 | 1 | 1 | 0 | 1 | 50 % | 50 % |",
    "| mod | 1 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 0 % | – |",
    "| all | 6 | 1 | 0 | 1 | 1 | 1 | 1 | 1 | 40 % | 50 % |",
  ]);
});

test("makeInstrumentedCopy() places the drawn mutants alone, and says what each changes", async (context) => {
  const directory = await temporary(context);
  const project = join(directory, "project");
  for (const name of ["src/part", "spec", "harness", "scenarios", "node_modules"])
    await mkdir(join(project, name), { recursive: true });
  for (const name of ["package.json", "tsconfig.json", "README.md"])
    await writeFile(join(project, name), "{}");
  const source =
    'export const add = (a: number, b: number): number => {\n  return a + b;\n};\nexport const words = "a message";\n';
  await writeFile(join(project, "src/part/add.ts"), source);
  await writeFile(join(project, "src/part/other.ts"), source);
  const options = { only: ["part/add.ts"], sample: 50, seed: 1 };
  const { mutants, places, total } = await makeInstrumentedCopy(
    project,
    join(directory, "copy"),
    options,
  );
  assert.deepEqual([...places], [["part/add.ts", mutants.map(({ id }) => id)]]);
  const two = { ...options, sample: 1 };
  const probed = await makeInstrumentedCopy(project, join(directory, "probed"), two);
  assert.equal(probed.mutants.length, 1);
  assert.ok((probed.places.get("part/add.ts") ?? []).length > 1);
  assert.equal(total, mutants.length);
  assert.ok(mutants.every(({ mutator }) => mutator !== "StringLiteral"));
  const sum = mutants.find(({ mutator }) => mutator === "ArithmeticOperator");
  assert.deepEqual(
    [sum?.file, sum?.line, sum?.original, sum?.replacement],
    ["part/add.ts", 2, "a + b", "a - b"],
  );
  const copied = await readFile(join(directory, "copy/src/part/add.ts"), "utf8");
  assert.match(copied, /stryMutAct_9fa48\("\d+"\)/);
  assert.equal(await readFile(join(directory, "copy/src/part/other.ts"), "utf8"), source);
  const none = { ...options, only: ["nowhere"] };
  await assert.rejects(
    makeInstrumentedCopy(project, join(directory, "none"), none),
    /Cannot find source in src\/ below nowhere/,
  );
});

test("LikelyJudges asks first what noticed mutants of the file, then beside it, then of the part", () => {
  const likely = new LikelyJudges();
  const all = ["crash/any", "hub/links", "manage/removal", "layout/names"].map((scenario) => ({
    scenario,
  }));
  const order = (file: string) => likely.first({ file }, all).map(({ scenario }) => scenario);
  assert.deepEqual(order("hub/retry.ts"), [
    "hub/links",
    "crash/any",
    "manage/removal",
    "layout/names",
  ]);
  for (let time = 0; time < 3; time++) likely.note({ file: "hub/pages.ts" }, "layout/names");
  likely.note({ file: "hub/retry.ts" }, "manage/removal");
  likely.note({ file: "hub/retry.ts" }, undefined);
  assert.deepEqual(order("hub/retry.ts"), [
    "manage/removal",
    "layout/names",
    "hub/links",
    "crash/any",
  ]);
  assert.deepEqual(order("disk/walk.ts")[0], "crash/any");
  // What is noticed in a folder below says nothing of the files in it.
  assert.deepEqual(order("retry.ts")[0], "crash/any");
});

test("LikelyJudges asks scenarios early that are named as the file is", () => {
  const likely = new LikelyJudges();
  const all = ["load/empty_file", "load/broken_tokenizer", "download/kept_bytes"].map(
    (scenario) => ({ scenario }),
  );
  const first = (file: string) => likely.first({ file }, all)[0]?.scenario;
  assert.equal(first("load/check_tokenizer.ts"), "load/broken_tokenizer");
  assert.equal(first("load/check_file.ts"), "load/empty_file");
  assert.equal(first("records/bytes.ts"), "download/kept_bytes");
});

test("placesAround() takes the places of the file, or of its folder, that run after the start", () => {
  const places = new Map([
    ["hub/a.ts", ["1", "2"]],
    ["hub/b.ts", ["3"]],
    ["load/c.ts", ["4"]],
  ]);
  const of = (file: string) => [...placesAround(places, { file }, new Set(["1", "3"]))];
  assert.deepEqual(of("hub/a.ts"), ["2"]);
  assert.deepEqual(of("hub/b.ts"), ["2"]);
  assert.deepEqual(of("load/d.ts"), ["4"]);
});

test("judgeMutants() lets a scenario kill a mutant, and says which requirement was blamed", async (context) => {
  const copy = join(await temporary(context), "copy");
  const only = ["layout/model_place.ts", "hub/hub_urls.ts"];
  const drawn = { only, sample: 6, seed: 1 };
  const { mutants } = await makeInstrumentedCopy(packageDirectory(), copy, drawn);
  const judged = await judgeMutants(
    mutants,
    scenarios.filter(({ name }) => name === "layout/required_files"),
    { copy, seed: 1, runs: 3, diskRuns: 0, jobs: 1, mutantMs: 60_000, unit: false },
  );
  assert.equal(judged.length, mutants.length);
  const killed = judged.filter(({ end }) => end === "killed");
  assert.ok(killed.length > 0, JSON.stringify(judged));
  for (const { by, requirement } of killed) {
    assert.equal(by, "layout/required_files");
    assert.match(requirement ?? "", /^[A-Z]+-[A-Z-]+$/);
  }
});

test("judgeMutants() switches a mutant on in threads too, where they load their modules and later", async (context) => {
  const copy = join(await temporary(context), "copy");
  const only = ["load/template_syntax.ts"];
  const all = await mutantsOf(packageDirectory(), only);
  const among = all.filter(
    ({ text, replacement }) =>
      (text === "const last = open.at(-1);" && replacement === "+1") ||
      (text.startsWith("const PAIRS") && replacement === "{}"),
  );
  assert.equal(among.length, 2);
  const drawn = { only, sample: 2, seed: 1, among };
  const { mutants } = await makeInstrumentedCopy(packageDirectory(), copy, drawn);
  const judged = await judgeMutants(
    mutants,
    scenarios.filter(({ name }) => name === "load/broken_template"),
    { copy, seed: 1, runs: 12, diskRuns: 0, jobs: 1, mutantMs: 60_000, unit: false },
  );
  const [atLoad, later] = judged;
  assert.notEqual(atLoad?.end, "unreached");
  assert.deepEqual([later?.end, later?.requirement], ["killed", "LOAD-TEMPLATE"]);
});

test("judgeMutants() changes what is made once in a process in a process of its own", async (context) => {
  const copy = join(await temporary(context), "copy");
  const only = ["load/tables/tensor_tables.ts"];
  const all = await mutantsOf(packageDirectory(), only);
  const among = all.filter(
    ({ text, mutator }) => text.startsWith("function isTables") && mutator === "BlockStatement",
  );
  assert.equal(among.length, 1);
  const drawn = { only, sample: 1, seed: 1, among };
  const { mutants, places, compared } = await makeInstrumentedCopy(packageDirectory(), copy, drawn);
  const [judged] = await judgeMutants(
    mutants,
    scenarios.filter(({ name }) => name === "load/other_families"),
    {
      copy,
      places,
      compared,
      seed: 1,
      runs: 3,
      diskRuns: 0,
      jobs: 1,
      mutantMs: 60_000,
      unit: false,
    },
  );
  assert.equal(judged?.end, "killed");
});

// Helpers

async function temporary(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "mlx-layout-mutate-test-"));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
