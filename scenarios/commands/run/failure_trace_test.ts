import assert from "node:assert/strict";
import { test } from "node:test";
import { miniatures } from "../../../harness/internal.ts";
import { HarnessError, runScenario } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import { failureTrace } from "./failure_trace.ts";
import { replayFileFor } from "../replay/replay_files.ts";

test("failureTrace() shows what led to a failure, on the wire and on the disk", async () => {
  const miniature = miniatures
    .find(({ breaks }) => breaks.includes("DL-INTEGRITY"))
    ?.wrap(reference);
  const scenario = scenarios.find(({ name }) => name === "download/wrong_bytes");
  if (miniature === undefined || scenario === undefined)
    throw new HarnessError("no such miniature or scenario");
  const result = await runScenario(scenario, miniature, { world: "memory", seed: 1, runs: 40 });
  assert.equal(result.status, "fail");
  const replay = replayFileFor(result, miniature)?.replay;
  if (replay === undefined) throw new HarnessError("the failure cannot be written down");
  const trace = (await failureTrace(replay, miniature)).join("\n");
  assert.match(trace, /GET [^\n]*resolve/);
  assert.match(trace, /config\.json/);
});
