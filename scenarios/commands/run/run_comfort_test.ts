import { setTimeout as sleep } from "node:timers/promises";
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseRecord, parseReplay, splitCommand } from "../../../harness/internal.ts";
import { captureConform } from "../capture_conform.ts";
import { moduleBeside } from "../module_beside.ts";
import { runConform } from "../run_conform.ts";
import { lastFailed, lastResultsPath, readLastResults } from "./last_results.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-run-comfort-"));
after(() => rm(directory, { recursive: true }));

/** An adapter that does what it is asked to, but at a place of its own. */
const MISPLACING = `
import { createInterface } from "node:readline";
const answer = (message) => console.log(JSON.stringify(message));
for await (const line of createInterface({ input: process.stdin })) {
  const { type, id, root } = JSON.parse(line);
  if (type === "hello")
    answer({ type, id, protocol: 1, name: "misplacing", version: "1.0.0", roles: ["downloader"],
      operations: ["download"], capabilities: [], layouts: ["hubapi"] });
  else if (type === "operation") answer({ type: "result", id, ok: { directory: root + "/elsewhere" } });
}
`;
const adapter = join(directory, "adapter.mjs");
await writeFile(adapter, MISPLACING);
const subject = `${process.execPath} ${adapter}`;
after(() => rm(lastResultsPath(subject), { force: true }));

test("a failure is reported when it happens, by a command that can be copied, and --bail stops there", async () => {
  const record = join(directory, "bail.jsonl");
  const files = ["--replays", directory, "--report", record];
  const two = ["--only", "layout/required_files", "--only", "layout/legal_forms"];
  const options = ["--runs", "1", "--jobs", "1", "--bail", ...files, ...two];
  const { exitCode, out, err } = await captureConform("run", "--subject", subject, ...options);
  assert.equal(exitCode, 1, `${out}${err}`);
  const at = (text: string) => out.indexOf(text);
  assert.ok(at(": broke LAYOUT-PATH") > 0, out);
  assert.ok(at(": broke LAYOUT-PATH") < at("\nrequirement "), out);
  assert.match(
    out,
    /\nfailures, reported above:\n {2}layout\/required_files in process: broke LAYOUT-/,
  );
  assert.match(out, /\n {2}why: {3}mlx-conform explain LAYOUT-PATH\n/);
  assert.match(out, /\nstopped at the first broken MUST, after 1 of 2 scenario runs; the record /);
  assert.match(out, /\nnot conformant \(profiles core\): 1 scenario runs/);

  const { closing, problems } = parseRecord(await readFile(record, "utf8"), record);
  assert.deepEqual([closing?.stopped, problems], ["bail", []]);
  const report = await captureConform("report", record);
  assert.deepEqual([report.exitCode, /: not conformant \(/.test(report.out)], [1, true]);

  assert.deepEqual(lastFailed(await readLastResults(subject), ["process"]), [
    "layout/required_files",
  ]);

  const [, again = ""] = /\n {2}again: mlx-conform (.*)\n/.exec(out) ?? [];
  const repeated = await captureConform(...splitCommand(again));
  assert.equal(repeated.exitCode, 1, `${again}\n${repeated.out}${repeated.err}`);
  assert.match(repeated.out, /\nbreaks: the same failure as in the file\n$/);
  assert.match(repeated.out, /^time +hub +\| protocol +\| disk$/m);
  assert.match(repeated.out, /^\+\d+\.\d+ +p0 +\| > operation 1 /m);
  assert.match(repeated.out, /^\+\d+\.\d+ +p0 +\| < result 1 /m);
});

test("a case that broke something is played first by the next run, unless it must not be", async () => {
  const replays = join(directory, "kept");
  await mkdir(replays);
  const corpus = new URL("../../corpus/complete_model_without_a_network.json", import.meta.url);
  const { scenario } = parseReplay(await readFile(corpus, "utf8"), "corpus");
  await copyFile(corpus, join(replays, "one.json"));
  await writeFile(join(replays, "torn.json"), "{");
  const options = ["run", "--runs", "1", "--world", "memory", "--only", scenario];
  const runs = [...options, "--replays", replays];
  const first = await captureConform(...runs);
  assert.match(first.out, /^examples: 1 kept cases are played first$/m);
  assert.match(first.out, /^examples: passed over: .*torn\.json: not a valid replay file/m);
  const without = await captureConform(...runs, "--no-examples");
  assert.doesNotMatch(without.out, /^examples:/m);
});

test("--last-failed takes what failed or gave no verdict, in the worlds of the run", () => {
  const result = { durationMs: 1, runs: 1, at: "2026-11-28T00:00:00.000Z" };
  const last = {
    "memory a/passes": { ...result, status: "pass" },
    "memory a/known": { ...result, status: "expected-fail" },
    "memory b/fails": { ...result, status: "fail" },
    "disk b/fails": { ...result, status: "fail" },
    "memory a/vacuous": { ...result, status: "vacuous" },
    "process c/fails": { ...result, status: "fail" },
  } as const;
  assert.deepEqual(lastFailed(last, ["memory", "disk"]), ["a/vacuous", "b/fails"]);
});

test("--last-failed runs everything where nothing failed", async () => {
  const one = ["--only", "manage/model_id_round_trip", "--world", "memory", "--runs", "2"];
  const { exitCode, out } = await captureConform("run", ...one, "--last-failed");
  assert.equal(exitCode, 0, out);
  assert.match(out, /\nlast failed: nothing that is known here, so everything is run\n/);
});

test("Ctrl-C prints what was shown so far, keeps the record and ends with 130", async () => {
  const record = join(directory, "interrupted.jsonl");
  let out = "";
  let interrupt: (() => void) | undefined;
  const long = ["--only", "DL-ATOMIC", "--world", "memory", "--runs", "100000"];
  const running = runConform(["run", ...long, "--report", record, "--seed", "1"], {
    random: () => 0.5,
    jobs: 1,
    worker: moduleBeside("../worker", import.meta.url),
    writeOut: (text) => (out += text),
    writeErr: () => {},
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => (interrupt = undefined);
    },
  });
  while (interrupt === undefined) await sleep(10);
  interrupt();
  assert.equal(await running, 130, out);
  assert.equal(interrupt, undefined, "a later Ctrl-C is the system's again");
  assert.match(out, /\ninterrupted, after 0 of \d+ scenario runs; the record so far is /);
  assert.match(out, /\nincomplete \(profiles /);
  const report = await captureConform("report", record);
  assert.match(report.out, /: incomplete \([^]*the run did not finish: 0 of \d+ results/);
  assert.equal(report.exitCode, 5);
});
