import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { RequirementId } from "../../spec/mod.ts";
import { exists } from "../disk/disk_tree.ts";
import { type Scenario, scenario } from "../scenario/scenario.ts";
import type { ScenarioResult, ScenarioStatus } from "../scenario/scenario_result.ts";
import { scriptedSubject } from "../worlds/scripted_subject.ts";
import { exitCodeOf, suiteVerdict } from "./suite_verdict.ts";
import { runParallel, serveScenarios } from "./run_parallel.ts";
import {
  planSuite,
  requirementVerdicts,
  runSuite,
  type RunSuiteOptions,
  shardTasks,
} from "./run_suite.ts";

const SUBJECT = scriptedSubject(async ({ host, config }) => host.files.mkdir(config.root));
const SCENARIOS: readonly Scenario[] = [
  story("test/holds", "LAYOUT-SET", true),
  story("test/breaks", "LAYOUT-PATH", false),
  { ...story("test/memory", "DL-PEAK", true), worlds: ["memory"] },
];
const OPTIONS: RunSuiteOptions = {
  worlds: ["memory", "disk"],
  seed: 3,
  runs: { memory: 6, disk: 2 },
};

if (process.send === undefined) {
  test("planSuite() takes every scenario in every world that it is for", () => {
    assert.deepEqual(
      planSuite(SCENARIOS, OPTIONS).map((task) => `${task.scenario} ${task.world}`),
      [
        "test/holds memory",
        "test/breaks memory",
        "test/memory memory",
        "test/holds disk",
        "test/breaks disk",
      ],
    );
  });

  test("planSuite() filters by requirement and by name, and refuses what is neither", () => {
    const names = (only: string[]) =>
      planSuite(SCENARIOS, { worlds: ["memory"], only }).map((task) => task.scenario);
    assert.deepEqual(names(["DL-PEAK", "test/holds"]), ["test/holds", "test/memory"]);
    assert.throws(() => names(["DL-PEEK"]), RangeError);
  });

  test("planSuite() deals every task to one shard, and no filter moves it", () => {
    const keys = (options: Partial<RunSuiteOptions>) =>
      planSuite(SCENARIOS, { ...OPTIONS, ...options }).map(
        (task) => `${task.scenario} ${task.world}`,
      );
    const parts = [1, 2].map((index) => keys({ shard: { index, count: 2 } }));
    assert.deepEqual(parts.flat().toSorted(), keys({}).toSorted());
    for (const [at, part] of parts.entries()) {
      const shard = { index: at + 1, count: 2 };
      const isDisk = (key: string) => key.endsWith(" disk");
      assert.deepEqual(keys({ shard, worlds: ["disk"] }), part.filter(isDisk));
      assert.deepEqual(
        keys({ shard, only: ["test/holds"] }),
        part.filter((key) => key.startsWith("test/holds")),
      );
    }
  });

  test("requirementVerdicts() tells held from broken from not judged, with the cases of each world", async () => {
    const verdicts = requirementVerdicts(await runSuite(SCENARIOS, SUBJECT, OPTIONS));
    const of = (id: RequirementId) => verdicts.find((verdict) => verdict.id === id);
    assert.deepEqual(of("LAYOUT-SET"), {
      id: "LAYOUT-SET",
      standing: "held",
      cases: { memory: 6, disk: 2 },
      scenarios: ["test/holds"],
    });
    assert.equal(of("LAYOUT-PATH")?.standing, "broken");
    assert.deepEqual(of("DL-PEAK")?.cases, { memory: 6 });
    assert.equal(of("DL-RETRY")?.standing, "not judged");
  });

  test("runSuite() gives a scenario the same cases whether it runs alone or among others", async () => {
    const all = await runSuite(SCENARIOS, SUBJECT, OPTIONS);
    const alone = await runSuite(SCENARIOS, SUBJECT, { ...OPTIONS, only: ["test/breaks"] });
    assert.deepEqual(
      timeless(alone),
      timeless(all.filter((result) => result.scenario === "test/breaks")),
    );
  });

  test("runParallel() gives what a run in one process gives", async () => {
    const serial = await runSuite(SCENARIOS, SUBJECT, OPTIONS);
    const worker = fileURLToPath(import.meta.url);
    const parallel = await runParallel(SCENARIOS, { ...OPTIONS, jobs: 2, worker });
    assert.deepEqual(timeless(parallel), timeless(serial));
  });

  test("suiteVerdict() is conformant only when every claimed MUST was judged and held", () => {
    const profiles = ["core"] as const;
    const only = { profiles, isFiltered: true };
    const verdictOf = (...results: ScenarioResult[]) => suiteVerdict(results, only);
    const broken = {
      requirement: "LAYOUT-SET" as const,
      detail: "",
      counterexample: "",
      path: "",
    };
    assert.equal(verdictOf(result("pass")), "conformant in part");
    assert.equal(suiteVerdict([result("pass")], { profiles }), "partial");
    assert.equal(verdictOf(), "incomplete");
    assert.equal(verdictOf(result("pass"), result("timeout")), "incomplete");
    assert.equal(verdictOf(result("pass"), result("vacuous")), "incomplete");
    assert.equal(verdictOf(result("pass"), result("error")), "harness failed");
    assert.equal(verdictOf(result("pass"), result("fail", { breakage: broken })), "not conformant");
    const skipped = { judged: {}, skipped: { "LAYOUT-SET": "no links" } };
    assert.equal(verdictOf(result("skip", skipped)), "partial");
  });

  test("suiteVerdict() tells a listed failure from a break, and a list that is out of date", () => {
    const only = { profiles: ["core"], isFiltered: true } as const;
    const breakage = {
      requirement: "LAYOUT-SET" as const,
      detail: "",
      counterexample: "",
      path: "",
    };
    const listed = result("expected-fail", { breakage });
    assert.equal(suiteVerdict([listed], only), "conformant in part");
    const law = { "LAYOUT-SET": { level: "MUST", profile: "core" } } as const;
    assert.equal(suiteVerdict([listed], { profiles: ["core"], law }), "conformant with deviations");
    assert.equal(suiteVerdict([listed, result("fail", { breakage })], only), "not conformant");
    assert.equal(
      suiteVerdict([listed], { ...only, deviationProblems: 1 }),
      "deviations out of date",
    );
    assert.equal(suiteVerdict([result("unexpected-pass")], only), "deviations out of date");
    assert.equal(suiteVerdict([listed], { profiles: ["core"] }), "partial");
    assert.equal(suiteVerdict([listed, result("timeout")], only), "incomplete");
  });

  test("exitCodeOf() is 0 for a conformant subject, with deviations or without", () => {
    for (const [verdict, code] of [
      ["conformant", 0],
      ["conformant with deviations", 0],
      ["conformant in part", 0],
      ["not conformant", 1],
      ["deviations out of date", 1],
      ["harness failed", 4],
      ["partial", 5],
      ["incomplete", 5],
    ] as const) {
      assert.equal(exitCodeOf(verdict), code, verdict);
    }
  });
} else {
  // This file is its own worker.
  serveScenarios(SCENARIOS, SUBJECT);
}

// Helpers

function story(name: string, id: RequirementId, holds: boolean): Scenario {
  return scenario<{ size: number }>({
    name,
    covers: [id],
    given: { size: fc.nat({ max: 100 }) },
    async check({ size }, world, verdict) {
      await world.start().download({ repository: "org/name" });
      const isThere = await exists(world.files, world.root);
      verdict.holds(id, isThere && (holds || size < 2), `${size}`);
    },
  });
}

function timeless(results: readonly ScenarioResult[]): unknown {
  // What crosses a process is JSON, where a field without a value is no field.
  return JSON.parse(JSON.stringify(results.map((one) => ({ ...one, durationMs: 0 }))));
}

function result(status: ScenarioStatus, changes: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    scenario: "test/one",
    world: "memory",
    status,
    covers: ["LAYOUT-SET"],
    judged: { "LAYOUT-SET": 1 },
    skipped: {},
    vacuity: status === "vacuous" ? ["nothing happened"] : [],
    breakage: undefined,
    seed: 1,
    cases: 1,
    durationMs: 1,
    ...changes,
  };
}

const anySuite = fc.uniqueArray(
  fc.record({
    scenario: fc.string({ minLength: 1, maxLength: 8 }),
    world: fc.constantFrom("memory" as const, "disk" as const),
    cost: fc.integer({ min: 1, max: 100 }),
  }),
  { selector: ({ scenario, world }) => `${scenario}/${world}`, maxLength: 60 },
);
type Suite = typeof anySuite extends fc.Arbitrary<infer Value> ? Value : never;

const shardsOf = (suite: Suite, count: number) =>
  Array.from({ length: count }, (_, at) =>
    shardTasks(suite, { shard: { index: at + 1, count }, costOf: ({ cost }) => cost }),
  );

test("shardTasks() gives each task to exactly one shard", () => {
  fc.assert(
    fc.property(anySuite, fc.integer({ min: 1, max: 7 }), (suite, count) => {
      const all = shardsOf(suite, count).flat();
      assert.equal(all.length, suite.length);
      assert.deepEqual(new Set(all), new Set(suite));
    }),
  );
});

test("shardTasks() does not depend on the order of the suite", () => {
  fc.assert(
    fc.property(anySuite, (suite) => {
      const [first = []] = shardsOf(suite, 3);
      const [other = []] = shardsOf(suite.toReversed(), 3);
      assert.deepEqual(new Set(first), new Set(other));
    }),
  );
});

test("shardTasks() makes no shard heavier than another by more than one task", () => {
  fc.assert(
    fc.property(anySuite, fc.integer({ min: 1, max: 5 }), (suite, count) => {
      const loads = shardsOf(suite, count).map((tasks) =>
        tasks.reduce((sum, { cost }) => sum + cost, 0),
      );
      const heaviest = Math.max(0, ...suite.map(({ cost }) => cost));
      assert.ok(Math.max(...loads) - Math.min(...loads) <= heaviest);
    }),
  );
});
