import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runScenario } from "../../scenario/run_scenario.ts";
import { scenario } from "../../scenario/scenario.ts";
import { startProgram } from "../../subjects/start_program.ts";
import { probeProgram, probeSandbox } from "./probe_program.ts";

const ADAPTER = fileURLToPath(new URL("../../subjects/selective_adapter.ts", import.meta.url));

for (const [argument, expected] of [
  ["all", { emptyFiles: false }],
  ["no-empty-files", { emptyFiles: true }],
  ["nothing", undefined],
] as const)
  test(`probeProgram() of an adapter that downloads ${argument}`, async () => {
    const subject = await startProgram([process.execPath, ADAPTER, argument]);
    assert.deepEqual(await probeProgram(subject), expected);
  });

const plain = scenario({
  name: "suite/plain",
  covers: ["LAYOUT-SET"],
  given: {},
  async check(_, world, verdict) {
    world.hub.publish("org/name", [{ path: "config.json", bytes: Buffer.from("{}"), lfs: false }]);
    await verdict.attempt("LAYOUT-SET", () => world.start().download({ repository: "org/name" }));
  },
});

test("probeSandbox() lets every case be skipped where the sandbox keeps a program from a plain download", async () => {
  const command = [process.execPath, ADAPTER, "nothing"];
  // Elsewhere it did one.
  const subject = await startProgram(command, { limitations: { emptyFiles: false } });
  const bound = await probeSandbox(subject);
  const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
  const result = await runScenario(plain, bound, options);
  assert.equal(result.status, "skip", JSON.stringify(result));
  assert.match(
    result.skipped["LAYOUT-SET"] ?? "",
    /^a step before what is judged failed: in the sandbox/,
  );
});

test("probeSandbox() leaves a program as it is that downloads there too, or nowhere", async () => {
  for (const [argument, limitations] of [
    ["all", { emptyFiles: false }],
    ["nothing", undefined],
  ] as const) {
    const options = limitations === undefined ? {} : { limitations };
    const subject = await startProgram([process.execPath, ADAPTER, argument], options);
    assert.equal(await probeSandbox(subject), subject);
  }
});
