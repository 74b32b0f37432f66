import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { encodeGiven } from "../../../harness/internal.ts";
import { exampleFailure } from "../../../harness/deviations/example_result.ts";
import { readReplay, replayFileFor, writeReplayFile } from "./replay_files.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-replay-files-"));
after(() => rm(directory, { recursive: true }));

test("replayFileFor() never lets a token of the environment into a file", async () => {
  const token = "a-token-of-this-environment";
  const { MLX_LAYOUT_TEST_TOKEN: before } = process.env;
  process.env["MLX_LAYOUT_TEST_TOKEN"] = token;
  try {
    const failed = exampleFailure("DL-INTEGRITY", `it said ${token}`);
    assert.ok(failed.breakage !== undefined);
    const given = encodeGiven({ header: token, url: `https://x/?t=${encodeURIComponent(token)}` });
    const breakage = { ...failed.breakage, words: [`header: ${token}`], given };
    const replay = replayFileFor({ ...failed, breakage }, { name: token, version: token });
    assert.ok(replay !== undefined);
    const file = await writeReplayFile(replay, directory);
    for (const name of await readdir(directory)) {
      assert.ok(!name.includes(token));
      assert.ok(!(await readFile(join(directory, name), "utf8")).includes(token));
    }
    assert.equal((await readReplay(file)).seen, "it said [token]");
  } finally {
    if (before === undefined) delete process.env["MLX_LAYOUT_TEST_TOKEN"];
    else process.env["MLX_LAYOUT_TEST_TOKEN"] = before;
  }
});
