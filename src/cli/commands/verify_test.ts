import assert from "node:assert/strict";
import { test } from "node:test";
import type { CliManager } from "../cli_environment.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

test("verify shows progress on a terminal and nowhere else", async () => {
  const verify: CliManager["verify"] = async (_, options) => {
    options?.onProgress?.({
      phase: "transfer",
      bytesDone: 1,
      bytesTotal: 2,
      filesDone: 0,
      filesTotal: 1,
      fraction: 0.5,
    });
    return { state: "complete", directory: DIRECTORY, commit: "" };
  };
  const seen = await run("verify org/name", { verify }, { isTerminal: true });
  assert.ok(seen.stderr.startsWith("\r 50 % "));
  assert.ok(seen.stderr.endsWith("\r\u001b[K"));
  assert.equal((await run("verify org/name", { verify })).stderr, "");
});
