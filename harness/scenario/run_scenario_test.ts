import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { Subject } from "../../spec/mod.ts";
import { exists, readBytes, writeBytes } from "../disk/disk_tree.ts";
import { startProgram } from "../subjects/start_program.ts";
import { scriptedSubject } from "../worlds/scripted_subject.ts";
import { WORLD_KINDS } from "../worlds/world.ts";
import { HarnessError, NotApplicable } from "../errors.ts";
import { encodeGiven } from "./encode_given.ts";
import { runScenario, type RunScenarioOptions } from "./run_scenario.ts";
import { type Scenario, scenario, type ScenarioDefinition } from "./scenario.ts";

const REQUEST = { repository: "org/name" };
const OPTIONS: RunScenarioOptions = { world: "memory", seed: 1, runs: 20 };

/** Writes as many bytes as it is asked for, up to a limit that is its bug. */
const forgetful = writer((sizeBytes) => Math.min(sizeBytes, 12));
const honest = writer((sizeBytes) => sizeBytes);

test("runScenario() passes an honest subject, and says how often it judged", async () => {
  for (const world of WORLD_KINDS) {
    const result = await runScenario(sizes(), honest, { ...OPTIONS, world, runs: 7 });
    assert.deepEqual(
      [result.status, result.judged, result.cases, result.breakage],
      ["pass", { "LAYOUT-SET": 7 }, 7, undefined],
    );
  }
});

test("runScenario() finds the smallest case that breaks the requirement", async () => {
  for (const world of WORLD_KINDS) {
    const result = await runScenario(sizes(), forgetful, { ...OPTIONS, world });
    assert.equal(result.status, "fail");
    assert.equal(result.breakage?.requirement, "LAYOUT-SET");
    assert.equal(result.breakage?.counterexample, '{"sizeBytes":13}');
    assert.equal(result.breakage?.detail, "12 of 13 bytes");
  }
});

test("runScenario() plays kept cases before any is drawn, and passes over what is none", async () => {
  const small = sizes({ given: { sizeBytes: fc.constant(1) } });
  const kept = (...cases: Record<string, unknown>[]) => cases.map((one) => encodeGiven(one));
  const statusOf = async (examples: RunScenarioOptions["examples"]) => {
    const result = await runScenario(small, forgetful, { ...OPTIONS, examples });
    return [result.status, result.breakage?.detail, result.cases];
  };
  assert.deepEqual(await statusOf([]), ["pass", undefined, 20]);
  assert.deepEqual(await statusOf(kept({ sizeBytes: 9 })), ["pass", undefined, 20]);
  assert.deepEqual(await statusOf(kept({ width: 40 })), ["pass", undefined, 20]);
  assert.deepEqual(await statusOf(kept({ sizeBytes: 9 }, { sizeBytes: 40 })), [
    "fail",
    "12 of 40 bytes",
    1,
  ]);
});

test("runScenario() soon leaves a scenario whose every case needs what a program does not claim", async () => {
  const adapter = new URL("../subjects/honest/honest_node.mjs", import.meta.url);
  const program = await startProgram([process.execPath, fileURLToPath(adapter)]);
  const casesOf = async (world: "memory" | "process", isLasting: boolean): Promise<number> => {
    const needy = sizes({
      check: () => Promise.reject(new NotApplicable("the subject does not do it", { isLasting })),
    });
    const subject = world === "process" ? program : honest;
    const result = await runScenario(needy, subject, { ...OPTIONS, world, runs: 7 });
    assert.equal(result.status, "skip", result.breakage?.detail);
    return result.cases;
  };
  assert.equal(await casesOf("process", true), 5);
  assert.equal(await casesOf("process", false), 70, "the next case may ask for something else");
  assert.equal(await casesOf("memory", true), 42, "nothing is slow there");
});

test("runScenario() runs the chosen ones of the cases that it draws", async () => {
  const drawn: number[] = [];
  const ran: number[] = [];
  const only = (places: readonly number[] | undefined) =>
    runScenario(
      sizes({
        check: async ({ sizeBytes }) => {
          (places === undefined ? drawn : ran).push(sizeBytes);
          return Promise.resolve();
        },
      }),
      honest,
      { ...OPTIONS, triesFactor: 1, isChosen: (place) => places?.includes(place) ?? true },
    );
  await only(undefined);
  const some = await only([2, 5]);
  assert.deepEqual(ran, [drawn[2], drawn[5]]);
  assert.equal(some.cases, 2);
});

test("runScenario() repeats itself for a seed, and follows a path back to the case", async () => {
  const first = await runScenario(sizes(), forgetful, OPTIONS);
  const second = await runScenario(sizes(), forgetful, OPTIONS);
  assert.deepEqual({ ...second, durationMs: 0 }, { ...first, durationMs: 0 });
  const path = first.breakage?.path ?? "";
  const again = await runScenario(sizes(), forgetful, { ...OPTIONS, path });
  assert.equal(again.breakage?.counterexample, first.breakage?.counterexample);
  const other = await runScenario(sizes(), honest, { ...OPTIONS, path });
  assert.equal(other.status, "pass");
});

test("runScenario() draws other cases for another seed, name or world, and for nothing else", async () => {
  const draws = async (name: string, options: Partial<RunScenarioOptions>): Promise<number[]> => {
    const drawn: number[] = [];
    const story = sizes({
      name,
      check: async ({ sizeBytes }, _, verdict) => {
        drawn.push(sizeBytes);
        verdict.holds("LAYOUT-SET", true, "");
      },
    });
    await runScenario(story, honest, { ...OPTIONS, ...options });
    return drawn;
  };
  const base = await draws("a/b", {});
  assert.deepEqual(await draws("a/b", {}), base);
  assert.deepEqual((await draws("a/b", { runs: 25 })).slice(0, 20), base);
  assert.notDeepEqual(await draws("a/b", { seed: 2 }), base);
  assert.notDeepEqual(await draws("a/c", {}), base);
  assert.notDeepEqual(await draws("a/b", { world: "disk" }), base);
});

test("runScenario() calls a scenario vacuous that did not judge what it covers", async () => {
  const story = sizes({ check: async () => {} });
  const result = await runScenario(story, honest, OPTIONS);
  assert.deepEqual([result.status, result.vacuity], ["vacuous", ["LAYOUT-SET was never judged"]]);
});

test("runScenario() calls a scenario vacuous whose goal no case reached", async () => {
  for (const least of [0, 1000]) {
    const story = sizes({
      goals: ["a large file"],
      check: async ({ sizeBytes }, _, verdict) => {
        verdict.holds("LAYOUT-SET", true, "");
        if (sizeBytes >= least) verdict.reached("a large file");
      },
    });
    const result = await runScenario(story, honest, OPTIONS);
    assert.equal(result.status, least === 0 ? "pass" : "vacuous");
    assert.deepEqual(result.vacuity, least === 0 ? [] : ['"a large file" never happened']);
  }
});

test("runScenario() calls a scenario vacuous whose fault never fired", async () => {
  const story = sizes({
    check: async (_, world, verdict) => {
      world.hub.faults = [{ match: {}, do: { type: "html" } }];
      verdict.holds("LAYOUT-SET", true, "");
    },
  });
  const result = await runScenario(story, honest, OPTIONS);
  assert.deepEqual([result.status, result.vacuity], ["vacuous", ['the fault "html" never fired']]);
});

test("runScenario() tells a skip from a pass", async () => {
  const story = sizes({
    check: async (_, __, verdict) => verdict.skip("LAYOUT-SET", "no links here"),
  });
  const result = await runScenario(story, honest, OPTIONS);
  assert.deepEqual([result.status, result.skipped], ["skip", { "LAYOUT-SET": "no links here" }]);
});

test("runScenario() lays a failure of the subject that no judgement expected on what the story is about", async () => {
  const failing = scriptedSubject(() =>
    Promise.reject(Object.assign(new Error("it broke"), { code: "network" })),
  );
  const result = await runScenario(sizes(), failing, OPTIONS);
  assert.deepEqual([result.status, result.breakage?.requirement], ["fail", "LAYOUT-SET"]);
  assert.match(result.breakage?.detail ?? "", /network: it broke/);
});

test("runScenario() lays a wait without an end, and a file that no address leads to, on the subject", async () => {
  const patient = scriptedSubject(async ({ host }) => {
    for (;;) await host.clock.sleep(3_600_000).catch(() => {});
  });
  const lost = scriptedSubject(async ({ host, config }) => {
    const url = `${config.env["HF_ENDPOINT"]}/no/such/address`;
    const { status } = await host.fetch(url, { method: "GET", headers: {} });
    if (status !== 200) throw Object.assign(new Error("not found"), { code: "file-not-found" });
  });
  for (const subject of [patient, lost]) {
    const result = await runScenario(sizes(), subject, { ...OPTIONS, shrinkMs: 0 });
    assert.deepEqual([result.status, result.breakage?.requirement], ["fail", "LAYOUT-SET"]);
  }
});

test("runScenario() never blames the subject for a fault of the harness", async () => {
  const faults: ScenarioDefinition<{ sizeBytes: number }>["check"][] = [
    () => Promise.reject(new HarnessError("Cannot judge")),
    () => Promise.reject(new TypeError("undefined is not a function")),
    async (_, __, verdict) => verdict.holds("DL-PEAK", true, ""),
    async (_, world) => {
      const running = world.start();
      running.killAt({ at: "operation", nth: 1 });
      await running.download(REQUEST);
    },
  ];
  for (const check of faults) {
    const result = await runScenario(sizes({ check }), honest, OPTIONS);
    assert.deepEqual([result.status, result.breakage?.requirement], ["error", undefined]);
  }
});

test("runScenario() sees what an observer saw, though the subject swallowed the rejection", async () => {
  const swallowing = scriptedSubject(async ({ host, config }) => {
    try {
      await host.files.mkdir(config.root);
    } catch {
      // The lie under test.
    }
  });
  const story = sizes({
    check: async (_, world, verdict) => {
      const running = world.start({
        files: (files) => ({
          ...files,
          mkdir: async () => verdict.holds("LAYOUT-SET", false, "seen by the observer"),
        }),
      });
      await running.download(REQUEST);
    },
  });
  const result = await runScenario(story, swallowing, OPTIONS);
  assert.deepEqual([result.status, result.breakage?.detail], ["fail", "seen by the observer"]);
});

// Helpers

function writer(limit: (sizeBytes: number) => number): Subject {
  return scriptedSubject(async ({ host, config, request }) => {
    const sizeBytes = Number(request.revision);
    await writeBytes(host.files, `${config.root}/file`, new Uint8Array(limit(sizeBytes)));
  });
}

function sizes(changes: Partial<ScenarioDefinition<{ sizeBytes: number }>> = {}): Scenario {
  return scenario<{ sizeBytes: number }>({
    name: "test/sizes",
    covers: ["LAYOUT-SET"],
    given: { sizeBytes: fc.nat({ max: 500 }) },
    async check({ sizeBytes }, world, verdict) {
      await world.start().download({ ...REQUEST, revision: String(sizeBytes) });
      const path = `${world.root}/file`;
      const found = (await exists(world.files, path))
        ? (await readBytes(world.files, path)).length
        : 0;
      verdict.holds("LAYOUT-SET", found === sizeBytes, `${found} of ${sizeBytes} bytes`);
    },
    ...changes,
  });
}
