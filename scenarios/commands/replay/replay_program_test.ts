import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runScenario, startProgram } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { replayFileFor, writeReplayFile } from "./replay_files.ts";
import { captureConform } from "../capture_conform.ts";
import { findSubject } from "../resolve_subject.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-program-replays-"));
after(() => rm(directory, { recursive: true }));

const lacking = ["curl", "jq"].filter((name) => spawnSync(name, ["--version"]).status !== 0);
const skip = lacking.length > 0 && `not installed here: ${lacking.join(", ")}`;
const CURL = ["--subject", "naive-curl"];

/** A failure of the canary, as a file. */
async function failureOfCurl(): Promise<string> {
  const { command, env } = findSubject("naive-curl");
  const subject = await startProgram(command, { env });
  const scenario = scenarios.find(({ name }) => name === "download/wrong_bytes");
  assert.ok(scenario !== undefined);
  const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0, path: "0" } as const;
  const result = await runScenario(scenario, subject, options);
  assert.equal(result.breakage?.requirement, "DL-INTEGRITY");
  const replay = replayFileFor(result, subject);
  assert.ok(replay !== undefined);
  return writeReplayFile(replay, directory);
}

let written: Promise<string> | undefined;
const fileOfCurl = () => (written ??= failureOfCurl());

test(
  "mlx-conform replay plays a program's failure again against that program",
  { skip },
  async () => {
    const { exitCode, out, err } = await captureConform("replay", await fileOfCurl(), ...CURL);
    assert.equal(exitCode, 1, `${out}${err}`);
    const [head = ""] = out.split("\n");
    assert.match(head, /^naive-curl \S+, download\/wrong_bytes in process: DL-INTEGRITY, /);
    assert.match(head, /, written by suite \S+ about naive-curl \S+$/);
    assert.match(out, /in process: broke DL-INTEGRITY/);
    assert.match(out, /again: mlx-conform replay \S+ --subject naive-curl --trace/);
    assert.match(out, /\nbreaks: the same failure as in the file\n$/);
  },
);

test("mlx-conform replay says how often a program did not show it again", { skip }, async () => {
  const file = await fileOfCurl();
  const { exitCode, out, err } = await captureConform(
    "replay",
    file,
    "--world",
    "process",
    "--tries",
    "2",
  );
  assert.equal(exitCode, 0, `${out}${err}`);
  // With a world and without a name it is the reference that is played, as a program.
  assert.match(out, /^mlx-layout \S+, .* about naive-curl \S+\n/);
  assert.match(out, /\nnot reproduced in 2 tries: /);
});

test(
  "mlx-conform replay plays a program's failure within one process where the command line says so",
  { skip },
  async () => {
    const { exitCode, out } = await captureConform(
      "replay",
      await fileOfCurl(),
      "--world",
      "memory",
    );
    assert.equal(exitCode, 0, out);
    assert.match(out, /\nholds: /);
  },
);

test(
  "mlx-conform replay distinguishes a program that fails from one that breaks a requirement",
  { skip },
  async () => {
    const file = await fileOfCurl();
    const absent = await captureConform("replay", file, "--subject", "./no_such_program");
    assert.equal(absent.exitCode, 3);
    assert.match(absent.err, /no_such_program: it cannot be started/);
    const script = join(directory, "dies.sh");
    writeFileSync(
      script,
      `read -r _\necho '{"type":"hello","id":0,"protocol":1,"name":"dies","version":"1.0.0","roles":["downloader"],"operations":["download"],"capabilities":[],"layouts":["hubapi"]}'\nread -r _ && exit 9\nexit 0\n`,
    );
    const dies = await captureConform("replay", file, "--subject", `sh ${script}`, "--tries", "1");
    assert.equal(dies.exitCode, 3, dies.out);
    assert.match(dies.out, /\nsubject failed: a failure other than the one in the file\n$/);
  },
);

test("mlx-conform replay refuses what a program cannot be with 2", { skip }, async () => {
  const file = await fileOfCurl();
  for (const [words, why] of [
    [["--world", "memory", ...CURL], /in world "process" only/],
    [[], /is about naive-curl \S+: name that program with --subject/],
    [["--miniature", "keeps_strays"], /a miniature and not a program/],
    [["--tries", "0"], /Expected a positive integer\./],
  ] as const) {
    const { exitCode, err } = await captureConform("replay", file, ...words);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
  const other = join(directory, "other.json");
  const replay = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(other, JSON.stringify({ ...replay, scenario: "manage/nothing" }));
  const unknown = await captureConform("replay", other, ...CURL);
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.err, /no such scenario/);
});

test(
  "a run names a replay file and the command for each requirement that a program broke",
  { skip },
  async () => {
    const replays = join(directory, "of a run");
    const only = ["--only", "download/wrong_bytes", "--runs", "1"];
    const { exitCode, out } = await captureConform("run", ...CURL, ...only, "--replays", replays);
    assert.equal(exitCode, 1, out);
    const again = [...out.matchAll(/again: mlx-conform replay "([^"]+)" --subject naive-curl/g)];
    const requirements = again.map(([, file = ""]) => {
      const { world, requirement } = JSON.parse(readFileSync(file, "utf8"));
      assert.equal(world, "process");
      return requirement;
    });
    assert.deepEqual(requirements, ["DL-INTEGRITY", "DL-NOT-A-HUB"]);
    const last = await captureConform("replay", again.at(-1)?.[1] ?? "", ...CURL);
    assert.match(last.out, /breaks: the same failure as in the file/);
  },
);
