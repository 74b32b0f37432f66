import assert from "node:assert/strict";
import { test } from "node:test";
import { captureConform } from "../capture_conform.ts";

test("mlx-conform miniatures shows what caught a miniature, and counts", async () => {
  const few = ["--only", "names_by_last_part", "--runs", "1", "--focused-runs", "10"];
  const { exitCode, out } = await captureConform("miniatures", ...few);
  assert.equal(exitCode, 0, out);
  assert.match(out, /\nMANAGE-MAP +MUST +manage\/model_id_round_trip +names_by_last_part\n/);
  assert.match(out, /\nminiatures caught \/ written: 1 \/ 1 \(100 %\)\n/);
});

test("mlx-conform miniatures says what is wrong with its command line and ends with 2", async () => {
  const { exitCode, err } = await captureConform("miniatures", "--only", "tells_the_truth");
  assert.equal(exitCode, 2);
  assert.match(err, /neither a miniature nor a requirement/);
});
