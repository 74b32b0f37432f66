import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { exists, readBytes } from "../disk/mod.ts";
import { exitCodeOf, suiteVerdict } from "../suite/suite_verdict.ts";
import { runScenario } from "../scenario/run_scenario.ts";
import { type Scenario, scenario } from "../scenario/scenario.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { World } from "../worlds/world.ts";
import type { SubjectHello, SubjectLimits } from "./message.ts";
import { type ProgramSubject, programSubject } from "./program.ts";
import { smoke } from "../worlds/smoke.ts";
import { findProgram } from "./find_program.ts";
import { startProgram } from "./start_program.ts";

const ADAPTER = fileURLToPath(new URL("./misbehaving_adapter.ts", import.meta.url));
const LIMITS: SubjectLimits = {
  helloMs: 15_000,
  operationMs: 10_000,
  cancelMs: 15_000,
  finishMs: 3_000,
};
const CLAIMS: SubjectHello = {
  type: "hello",
  id: 0,
  protocol: 1,
  name: "small",
  version: "1.0.0",
  roles: ["downloader"],
  operations: ["download"],
  capabilities: [],
  layouts: ["hubapi"],
};
const REPOSITORY = "org/name";
const bytes = new TextEncoder().encode("{}");

function adapter(manner: string): ProgramSubject {
  return programSubject({ command: [process.execPath, ADAPTER, manner], limits: LIMITS }, CLAIMS);
}

function story(check: (world: World) => Promise<void> = async () => {}): Scenario {
  return scenario({
    name: "harness/config",
    covers: ["LAYOUT-SET"],
    given: {},
    async check(_, world, verdict) {
      world.hub.publish(REPOSITORY, [{ path: "config.json", bytes, lfs: false }]);
      const { directory } = await verdict.attempt("LAYOUT-SET", () =>
        world.start().download({ repository: REPOSITORY }),
      );
      const isThere = await exists(world.files, `${directory}/config.json`);
      verdict.holds("LAYOUT-SET", isThere, "config.json is not there");
      await check(world);
    },
  });
}

function judge(manner: string): Promise<ScenarioResult> {
  return runScenario(story(), adapter(manner), { world: "process", seed: 1, runs: 1, shrinkMs: 0 });
}

test("a program is judged in a world of processes", async () => {
  const result = await judge("honest");
  assert.deepEqual(
    [result.status, result.judged],
    ["pass", { "LAYOUT-SET": 1 }],
    JSON.stringify(result),
  );
});

for (const [manner, status, detail] of [
  ["garbage", "subject-protocol", /no JSON: Downloading/],
  ["wrong schema", "subject-protocol", /error\/kind must be equal to one of/],
  ["wrong result", "subject-protocol", /must have required property 'directory'/],
  ["another operation", "subject-protocol", /operation 2 is not under way/],
  ["version", "subject-protocol", /version 2 and not 1/],
  ["branch", "subject-protocol", /version must match/],
  ["flood of a line", "subject-protocol", /longer than/],
  ["flood of lines", "subject-protocol", /more than/],
  ["exit", "subject-crash", /exit code 7 by itself: boom/],
  ["signal", "subject-crash", /SIGKILL by itself/],
  ["silent", "subject-timeout", /did not end within 10000 ms/],
] as const) {
  test(`an adapter that is bad by "${manner}" is ${status}, and breaks no requirement`, async () => {
    const result = await judge(manner);
    assert.equal(result.status, status, JSON.stringify(result.breakage));
    assert.equal(result.breakage?.requirement, undefined);
    assert.match(result.breakage?.detail ?? "", detail);
    const verdict = suiteVerdict([result], { profiles: ["core"], isFiltered: true });
    assert.equal(exitCodeOf(verdict), 3);
  });
}

test("what a subject leaves beside its root is noted, and is no fault of the harness", async () => {
  const result = await judge("litters");
  assert.equal(result.status, "pass", JSON.stringify(result));
  const notes = (result.notes ?? []).join("\n");
  for (const left of ["loose.txt", "Documents/constructor", "link", "__proto__"])
    assert.match(notes, new RegExp(`wrote beside its root: ${left}`));
});

test("a file of eight terabytes is the subject's fault", async () => {
  const look = story(async (world) => {
    await readBytes(world.files, `${world.root}/models/${REPOSITORY}/config.json`);
  });
  const settings = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
  const result = await runScenario(look, adapter("sparse file"), settings);
  assert.equal(result.status, "subject-protocol", JSON.stringify(result.breakage));
  assert.match(
    result.breakage?.detail ?? "",
    /it left a file of 8796093022208 bytes, config\.json/,
  );
});

test("a subject gets no secret of this process", async () => {
  const SECRET = "hf_aSecretOfThisProcess";
  const names = ["HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "NPM_PASSWORD"];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = SECRET;
  try {
    const result = await judge("tells secrets");
    assert.match(result.breakage?.detail ?? "", /"PATH":/);
    assert.doesNotMatch(JSON.stringify(result), new RegExp(SECRET));
  } finally {
    names.forEach((name, at) => {
      const value = before[at];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  }
});

test("a subject that can be cancelled and has no end breaks the requirement, as it lives", async () => {
  const claims = { ...CLAIMS, capabilities: ["cancel"] as const };
  const endless = programSubject(adapter("endless").program, claims);
  const result = await runScenario(story(), endless, {
    world: "process",
    seed: 1,
    runs: 1,
    shrinkMs: 0,
  });
  assert.equal(result.breakage?.requirement, "LAYOUT-SET", JSON.stringify(result));
  assert.match(result.breakage?.detail ?? "", /did not end within 10000 ms/);
});

test("a subject that says no hello is given up", async () => {
  const command = [process.execPath, ADAPTER, "mute"];
  const limits = { ...LIMITS, helloMs: 300 };
  await assert.rejects(startProgram(command, { limits }), { kind: "subject-timeout" });
});

test("what an adapter wrote to its error output stands beside a missing hello, a crash and a wrong line", async () => {
  const saidOf = async (command: readonly string[]) => {
    const limits = { ...LIMITS, helloMs: 6_000 };
    const [first] = await smoke({ command, limits });
    return first?.fault ?? "";
  };
  const mute = await saidOf(adapter("mute").program.command);
  assert.match(mute, /no hello within 6000 ms\n {2}stderr: Traceback\n {2}stderr: ModuleNotFound/);
  const crashed = await saidOf(["sh", "-c", "echo 'no such file: x.py' >&2; exit 2"]);
  assert.match(crashed, /exit code 2 by itself: no such file: x\.py\n {2}stderr: no such file/);
  const garbage = await judge("garbage");
  assert.match(garbage.breakage?.detail ?? "", /no JSON: Downloading.*\n {2}stderr: a warning/);
});

test("a program that is run anew for each line and says no hello is a crash, with what it said", async () => {
  const { command } = findProgram("--once sh -c 'echo nothing is here >&2; exit 3' sh", {
    installedUnder: "/nowhere",
  });
  const [first] = await smoke({ command, limits: LIMITS });
  assert.match(first?.fault ?? "", /exit code 1 by itself: It ended with 3 and without a hello/);
  assert.match(first?.fault ?? "", /stderr: nothing is here/);
});

test("a program that is not there is a crash", async () => {
  await assert.rejects(startProgram(["/nowhere/adapter"]), { kind: "subject-crash" });
});

test("a grandchild that outlives its parent is found, ended and reported", async (context) => {
  if (process.platform !== "linux" || !existsSync("/proc/self/environ")) {
    context.skip("no other process's environment can be seen here");
    return;
  }
  const checks = await smoke({ command: adapter("orphan").program.command, limits: LIMITS });
  assert.ok(checks.every(({ fault }) => fault === undefined) || checks.length > 0);
  const result = await judge("orphan");
  assert.equal(result.status, "subject-protocol", JSON.stringify(result));
  assert.match(result.breakage?.detail ?? "", /left 1 processes behind/);
  const running = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
  assert.ok(!running.split("\n").includes("sleep 300"));
});

test("what is written beside the root is noted", async () => {
  const result = await judge("writes elsewhere");
  assert.equal(result.status, "pass");
  assert.deepEqual(result.notes, ["wrote beside its root: home/left.txt"]);
});

test("smoke() tells a wrong adapter from a wrong implementation", async () => {
  const faultsOf = async (manner: string) =>
    (await smoke({ command: adapter(manner).program.command, limits: LIMITS }))
      .filter(({ fault }) => fault !== undefined)
      .map(({ of }) => of);
  assert.deepEqual(await faultsOf("honest"), []);
  assert.deepEqual(await faultsOf("garbage"), ["adapter"]);
  assert.deepEqual(await faultsOf("deaf"), ["adapter"]);
});

test("each promise that a program breaks is found, and what it does not answer for is excused", async () => {
  const twice = scenario({
    name: "harness/two_promises",
    covers: ["LAYOUT-SET", "DL-PEAK", "MARK-TRUE"],
    given: {},
    async check(_, world, verdict) {
      world.hub.publish(REPOSITORY, [{ path: "config.json", bytes, lfs: false }]);
      await world.start().download({ repository: REPOSITORY });
      verdict.holds("MARK-TRUE", false, "no marker");
      verdict.holds("LAYOUT-SET", false, "one");
      verdict.holds("DL-PEAK", false, "two");
    },
  });
  const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
  const result = await runScenario(twice, adapter("honest"), options);
  assert.equal(result.breakage?.requirement, "LAYOUT-SET");
  assert.deepEqual(
    result.further?.map(({ requirement }) => requirement),
    ["DL-PEAK"],
  );
  assert.match(result.skipped["MARK-TRUE"] ?? "", /is no manager/);
});

test("what cannot be played with a program is skipped, with the reason, also where the story swallows it", async () => {
  const swallowing = scenario({
    name: "harness/swallows",
    covers: ["STATUS-HONEST", "LAYOUT-SET"],
    given: {},
    async check(_, world, verdict) {
      await world
        .start()
        .status({ repository: REPOSITORY })
        .catch(() => {});
      verdict.holds("LAYOUT-SET", false, "nothing is there");
    },
  });
  const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
  const result = await runScenario(swallowing, adapter("honest"), options);
  assert.equal(result.status, "skip", JSON.stringify(result));
  assert.match(result.skipped["LAYOUT-SET"] ?? "", /small does not do status/);
});

test("a program is not blamed when the hub never got to lie to it", async () => {
  const missed = scenario({
    name: "harness/missed",
    covers: ["DL-RETRY", "ERROR-KIND"],
    given: {},
    async check(_, world, verdict) {
      world.hub.publish(REPOSITORY, [{ path: "config.json", bytes, lfs: false }]);
      world.hub.faults = [{ match: { kind: "tree" }, do: { type: "status", status: 503 } }];
      const download = () => world.start().download({ repository: REPOSITORY });
      await verdict.fails("DL-RETRY", download, ["hub-unavailable"]);
    },
  });
  const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
  const result = await runScenario(missed, adapter("honest"), options);
  assert.equal(result.status, "skip", JSON.stringify(result));
  assert.match(result.skipped["DL-RETRY"] ?? "", /never made the request/);
});
