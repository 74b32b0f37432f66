import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { historyTrends, parseHistory } from "../../../harness/internal.ts";
import { exampleRecordText } from "../../../harness/report/example_record.ts";
import { REQUIREMENT_SETS } from "../../../spec/sets/mod.ts";
import { captureConform } from "../capture_conform.ts";
import { saysVersion } from "./judge.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-judge-"));
const at = (name: string) => join(directory, name);
const { PATH } = process.env;
after(async () => {
  process.env["PATH"] = PATH;
  delete process.env["MLX_CONFORM_CACHE"];
  await rm(directory, { recursive: true });
});

test("mlx-conform judge --from-record adds a row, and trend shows it", async () => {
  for (const version of ["1.10.0", "1.9.0"]) {
    const header = { subject: { name: "example", version } };
    writeFileSync(at(`${version}.jsonl`), exampleRecordText({ header }));
    const history = ["--history", at("history.jsonl")];
    const done = await captureConform("judge", "--from-record", at(`${version}.jsonl`), ...history);
    assert.equal(done.exitCode, 0, done.err);
    assert.match(
      done.out,
      new RegExp(`^example ${version}: grade none by set \\d{4}-\\d{2}; bronze `),
    );
  }
  const rows = parseHistory(readFileSync(at("history.jsonl"), "utf8"), "history");
  assert.deepEqual(
    rows.map(({ version }) => version),
    ["1.10.0", "1.9.0"],
  );
  const trend = await captureConform("trend", at("history.jsonl"), "--html", at("trend.html"));
  assert.equal(trend.exitCode, 0, trend.err);
  assert.match(trend.out, /^example, set \S+\n {2}1\.9\.0: .*\n {2}1\.10\.0: /);
  assert.match(readFileSync(at("trend.html"), "utf8"), /<h2 id="example-/);
});

test("mlx-conform judge installs in the cache and not here, and adds no row for what it cannot install", async () => {
  // The registry's client of this test has no package.
  await mkdir(at("bin"));
  writeFileSync(
    at("bin/npm"),
    "#!/bin/sh\npwd > \"$PWD.asked\"\necho 'no such version' >&2\nexit 1\n",
  );
  await chmod(at("bin/npm"), 0o755);
  process.env["PATH"] = `${at("bin")}:${PATH}`;
  process.env["MLX_CONFORM_CACHE"] = at("cache");
  const history = ["--history", at("none.jsonl"), "--records", at("records")];
  const { exitCode, err } = await captureConform("judge", "hub-js@0.0.1", ...history);
  assert.equal(exitCode, 1);
  assert.match(err, /hub-js@0\.0\.1 cannot be installed here: no such version/);
  const asked = readFileSync(at("cache/clients/@huggingface_hub@0.0.1.half.asked"), "utf8");
  assert.ok(asked.includes(`${directory}/cache/clients/`), asked);
  assert.throws(() => readFileSync(at("none.jsonl")), /ENOENT/);
  const newest = await captureConform("judge", "hub-js", ...history);
  assert.equal(newest.exitCode, 1);
  assert.match(newest.err, /Cannot find the newest version of hub-js/);
});

test("mlx-conform judge adds no row for a client that cannot do a plain download where it is installed", async () => {
  // It stands where the Python of that version would be, and says what an adapter says whose program is gone.
  const hello = {
    type: "hello",
    id: 0,
    protocol: 1,
    name: "hf",
    version: "0.0.3",
    roles: ["downloader"],
    operations: ["download"],
    capabilities: [],
    layouts: ["hf-cache"],
    profiles: ["core"],
  };
  const program = `#!${process.execPath}
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { type, id } = JSON.parse(line);
  if (type === "hello") console.log(${JSON.stringify(JSON.stringify(hello))});
  if (type === "operation")
    console.log(JSON.stringify({ type: "result", id, error: { kind: "internal", message: "no program hf" } }));
});
`;
  await mkdir(at("cache/clients/huggingface_hub@0.0.3/bin"), { recursive: true });
  writeFileSync(at("cache/clients/huggingface_hub@0.0.3/bin/python"), program, { mode: 0o755 });
  process.env["MLX_CONFORM_CACHE"] = at("cache");
  const history = ["--history", at("none.jsonl"), "--records", at("records")];
  const { exitCode, err } = await captureConform("judge", "hf@0.0.3", ...history);
  assert.equal(exitCode, 1);
  assert.match(err, /hf@0\.0\.3 does not work here.*plain download.*no program hf/);
  assert.throws(() => readFileSync(at("none.jsonl")), /ENOENT/);
});

test("mlx-conform judge and trend refuse wrong usage with 2", async () => {
  for (const [words, why] of [
    [["judge", "nobody@1.0"], /Cannot judge "nobody@1\.0": it is none of python-hub/],
    [["judge", "hub-js@../x"], /Cannot read the version of/],
    [["judge"], /missing required argument/],
    [["trend", at("absent.jsonl")], /Cannot read the history/],
  ] as const) {
    const { exitCode, err } = await captureConform(...words);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
});

test("the kept history has rows of frozen sets, and several clients in several versions", () => {
  const path = new URL("../../../harness/subjects/history.jsonl", import.meta.url);
  const rows = parseHistory(readFileSync(path, "utf8"), "history.jsonl");
  const sets = REQUIREMENT_SETS.map(({ set }) => set.name);
  for (const { client, set, held, broken } of rows) {
    assert.ok(sets.includes(set), `${client}: ${set}`);
    assert.ok(held.length + broken.length > 0, client);
  }
  const several = historyTrends(rows).filter(({ steps }) => steps.length >= 2);
  assert.ok(several.length >= 8, `${several.length}`);
});

test("saysVersion() takes a version with or without its v, and with the parts behind it", () => {
  assert.ok(saysVersion("v0.3.1", "0.3.1"));
  assert.ok(saysVersion("0.32.2+huggingface_hub.2.4.0", "0.32.2"));
  assert.ok(!saysVersion("0.32.21", "0.32.2"));
});
