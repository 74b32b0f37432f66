import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { miniatures } from "../../../harness/internal.ts";
import { runScenario } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import { replayFileFor, writeReplayFile } from "./replay_files.ts";
import { captureConform } from "../capture_conform.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-replays-"));
after(() => rm(directory, { recursive: true }));

const miniature = miniatures.find(({ name }) => name === "keeps_strays")?.wrap(reference);
const scenario = scenarios.find(({ covers }) => covers[0] === "LAYOUT-STRAYS");
assert.ok(miniature !== undefined && scenario !== undefined);
const failed = await runScenario(scenario, miniature, { world: "memory", seed: 1, runs: 40 });
const replay = replayFileFor(failed, miniature);
assert.ok(replay !== undefined);
const file = await writeReplayFile(replay, directory);

test("replayFileFor() names a file after the requirement, and one case has one name", async () => {
  assert.match(basename(file), /^LAYOUT-STRAYS-[0-9a-f]{8}\.json$/);
  assert.equal(replayFileFor(failed, miniature)?.name, basename(file));
  assert.equal(replayFileFor({ ...failed, breakage: undefined }, miniature), undefined);
});

test("mlx-conform replay says that it is the same failure, and ends with 1", async () => {
  for (const world of ["memory", "disk"]) {
    const { exitCode, out } = await captureConform(
      "replay",
      file,
      "--miniature",
      "keeps_strays",
      "--world",
      world,
    );
    assert.equal(exitCode, 1, out);
    assert.match(out, /broke LAYOUT-STRAYS/);
    assert.match(out, /\nbreaks: the same failure as in the file\n$/);
  }
});

test("mlx-conform replay distinguishes another failure from the one in the file", async () => {
  const changed = { ...JSON.parse(await readFile(file, "utf8")), signature: "x" };
  const path = join(directory, "other.json");
  await writeFile(path, JSON.stringify(changed));
  const { exitCode, out } = await captureConform("replay", path, "--miniature", "keeps_strays");
  assert.equal(exitCode, 1);
  assert.match(out, /a failure other than the one in the file/);
});

test("mlx-conform replay ends with 0 when it holds, and shows what happened", async () => {
  const { exitCode, out } = await captureConform("replay", file, "--trace");
  assert.equal(exitCode, 0, out);
  assert.match(out, /\nholds: /);
  const lines = out.split("\n");
  assert.ok(lines.some((line) => /^\+0\.\d{3} +p0 +GET hub:.* \|$/.test(line)));
  assert.ok(lines.some((line) => / \| rename /.test(line)));
  assert.ok(lines.every((line) => !line.startsWith("+") || line.length <= 120));
});

test("mlx-conform replay refuses what it cannot run with 2", async () => {
  const replay = JSON.parse(await readFile(file, "utf8"));
  for (const [content, why] of [
    [undefined, /Cannot read .*ENOENT/],
    ["no JSON", /not a valid replay file: invalid JSON/],
    ["[]", /bad\.json: not a valid replay file$/m],
    ['{"format": 9}', /replay format 9 is not supported, expected 1/],
    [JSON.stringify({ ...replay, given: {} }), /missing or wrong/],
    [JSON.stringify({ ...replay, requirement: "DL-X" }), /missing or wrong/],
    [JSON.stringify({ ...replay, scenario: "a/b" }), /no such scenario/],
  ] as const) {
    const path = join(directory, "bad.json");
    await rm(path, { force: true });
    if (content !== undefined) await writeFile(path, content);
    const { exitCode, err } = await captureConform("replay", path);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
  assert.equal((await captureConform("replay", file, "--world", "paper")).exitCode, 2);
  const misspelled = await captureConform("replay", file, "--miniature", "keep_strays");
  assert.equal(misspelled.exitCode, 2);
  assert.match(misspelled.err, /Unknown miniature "keep_strays" \(Did you mean keeps_strays\?\)/);
  assert.equal((await captureConform("replay")).exitCode, 2);
});

test("mlx-conform replay ends with 4 when the case cannot be read or the harness fails", async () => {
  const replay = JSON.parse(await readFile(file, "utf8"));
  const path = join(directory, "broken.json");
  await writeFile(path, JSON.stringify({ ...replay, given: { values: {}, blobs: { a: "?" } } }));
  const { exitCode, err } = await captureConform("replay", path);
  assert.equal(exitCode, 4);
  assert.match(err, /no gzip/);
});

test("mlx-conform replay ends with 5 when the case does not come to what it is about", async () => {
  const replay = JSON.parse(await readFile(file, "utf8"));
  const path = join(directory, "elsewhere.json");
  await writeFile(path, JSON.stringify({ ...replay, requirement: "LOAD-NAN" }));
  const { exitCode, out } = await captureConform("replay", path);
  assert.equal(exitCode, 5);
  assert.match(out, /\nproves nothing: /);
});
