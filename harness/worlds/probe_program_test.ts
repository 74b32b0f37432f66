import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { probeProgram } from "./probe_program.ts";
import { startProgram } from "../subjects/start_program.ts";

const ADAPTER = fileURLToPath(new URL("../subjects/selective_adapter.ts", import.meta.url));

for (const [argument, expected] of [
  ["all", { emptyFiles: false }],
  ["no-empty-files", { emptyFiles: true }],
  ["nothing", undefined],
] as const)
  test(`probeProgram() of an adapter that downloads ${argument}`, async () => {
    const subject = await startProgram([process.execPath, ADAPTER, argument]);
    assert.deepEqual(await probeProgram(subject), expected);
  });
