import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { captureConform } from "../capture_conform.ts";
import { KNOWN_DEFECTS } from "../matrix/known_defects.ts";
import { draftName } from "./issue_draft.ts";
import { readPlayed } from "./played_replays.ts";
import { readTrophies } from "./read_trophies.ts";
import { standing, trophyPage } from "./trophy_page.ts";
import { DEFECT_FACTS, UPSTREAMS } from "./upstreams.ts";

const SUBJECTS = fileURLToPath(new URL("../../../harness/subjects/", import.meta.url));
const PLACES = { replays: join(SUBJECTS, "replays"), adapters: join(SUBJECTS, "adapters") };
const KEPT = join(SUBJECTS, "trophies");
const directory = await mkdtemp(join(tmpdir(), "mlx-layout-trophies-"));
const { PATH } = process.env;
after(async () => {
  process.env["PATH"] = PATH;
  await rm(directory, { recursive: true });
});
const trophies = await readTrophies(PLACES);

test("every kept replay of a client that has makers is a trophy, once", () => {
  const names = readdirSync(PLACES.replays).filter(
    (name) => !/\.(?:naive_curl|wget|aria2)_/.test(name),
  );
  assert.deepEqual(trophies.map(({ file }) => file).toSorted(), names.toSorted());
  assert.ok(trophies.length > 40);
});

test("a thread is one that a list of known deviations names, and nothing else", () => {
  const lists = readdirSync(PLACES.adapters).filter((name) => name.endsWith(".deviations.json"));
  const text = lists.map((name) => readFileSync(join(PLACES.adapters, name), "utf8")).join("");
  const threads = trophies.flatMap(({ thread }) => thread ?? []);
  assert.ok(threads.length > 0);
  for (const thread of threads) assert.ok(text.includes(`"${thread}"`), thread);
  for (const { lists: own } of UPSTREAMS)
    for (const name of own) assert.ok(lists.includes(`${name}.deviations.json`), name);
});

test("every known defect has steps for a reader without this suite", () => {
  assert.deepEqual(
    Object.keys(DEFECT_FACTS).toSorted(),
    KNOWN_DEFECTS.map(({ name }) => name).toSorted(),
  );
});

test("the kept page is what the command makes of the replays", async () => {
  const played = await readPlayed(join(KEPT, "played.json"));
  const page = trophyPage(trophies, {
    played,
    replayLink: (file) => `../replays/${file}`,
    draftOf: (one) => (one.upstream.through === undefined ? `issues/${draftName(one)}` : undefined),
  });
  assert.equal(readFileSync(join(KEPT, "README.md"), "utf8"), page);
  for (const [, draft = ""] of page.matchAll(/\[draft\]\(([^)]+)\)/g))
    assert.ok(existsSync(join(KEPT, draft)), draft);
});

test("mlx-conform trophies writes a page and drafts, and removes only drafts of its own", async () => {
  const into = join(directory, "out");
  await mkdir(join(into, "issues"), { recursive: true });
  const own = join(into, "issues/mine.md");
  writeFileSync(own, "# mine\n");
  const words = [
    "trophies",
    "--into",
    into,
    "--replays",
    PLACES.replays,
    "--adapters",
    PLACES.adapters,
  ];
  const { exitCode, out, err } = await captureConform(...words);
  assert.equal(exitCode, 0, err);
  assert.match(out, new RegExp(`^${trophies.length} trophies, \\d+ drafts`));
  assert.equal(readFileSync(own, "utf8"), "# mine\n");
  const drafts = readdirSync(join(into, "issues")).filter((name) => name !== "mine.md");
  for (const name of drafts) {
    const text = readFileSync(join(into, "issues", name), "utf8");
    assert.match(text, /## What is done\n\n\S/);
    assert.match(text, /mlx-conform replay \S+\.json --subject [\w.@-]+\n/);
    for (const [, file = ""] of text.matchAll(/\[replay\]\(([^)]+)\)/g))
      assert.ok(existsSync(join(into, "issues", file)), file);
    const isPrivate = /\.(?:token_host|header_path)\.md$/.test(name);
    assert.equal(text.includes("Not for a public issue"), isPrivate, name);
  }
  // A draft that no replay is behind any more goes.
  writeFileSync(
    join(into, "issues/gone.md"),
    readFileSync(join(into, "issues", drafts[0] ?? ""), "utf8"),
  );
  await captureConform(...words);
  assert.deepEqual(readdirSync(join(into, "issues")).toSorted(), [...drafts, "mine.md"].toSorted());
});

test("mlx-conform trophies --play plays no replay of the newest version, and goes on where it cannot ask", async () => {
  const [bin, replays, into] = ["bin", "few", "played"].map((name) => join(directory, name));
  assert.ok(bin !== undefined && replays !== undefined && into !== undefined);
  await mkdir(bin);
  await mkdir(replays);
  writeFileSync(join(bin, "npm"), "#!/bin/sh\necho 2.17.5\n");
  writeFileSync(join(bin, "cargo"), "#!/bin/sh\necho 'no such registry' >&2\nexit 1\n");
  for (const name of ["npm", "cargo"]) await chmod(join(bin, name), 0o755);
  process.env["PATH"] = `${bin}:${dirname(process.execPath)}`;
  for (const name of ["reset.hub_js_2.17.5.json", "reset.hf_hub_rust_1.0.0.json"])
    await copyFile(join(PLACES.replays, name), join(replays, name));
  const places = ["--into", into, "--replays", replays, "--adapters", PLACES.adapters];
  const { exitCode, err } = await captureConform("trophies", ...places, "--play");
  process.env["PATH"] = PATH;
  assert.equal(exitCode, 0, err);
  assert.match(err, /reset\.hf_hub_rust_1\.0\.0\.json: Cannot find the newest version/);
  const played = await readPlayed(join(into, "played.json"));
  assert.deepEqual(Object.keys(played), ["reset.hub_js_2.17.5.json"]);
  const page = readFileSync(join(into, "README.md"), "utf8");
  assert.match(page, /hub-js 2\.17\.5 \|.*\| 2\.17\.5 was the newest on \d{4}-/);
  assert.match(page, /hf-hub-rust 1\.0\.0 \|.*\| not tried \|/);
  const none = await captureConform("trophies", ...places, "--play", "--only", "frost");
  assert.deepEqual([none.exitCode, none.err], [0, ""]);
});

test("standing() says what the newest version does, and nothing where it is not known", () => {
  const [trophy] = trophies;
  assert.ok(trophy !== undefined);
  const of = (outcome: "holds" | "breaks" | "proves nothing" | "own version") =>
    standing(trophy, { version: "9.0.0", outcome, on: "2099-01-05" });
  assert.equal(of("breaks"), "still in 9.0.0 (2099-01-05)");
  assert.equal(of("holds"), "not reproduced in 9.0.0 (2099-01-05)");
  assert.equal(of("proves nothing"), "proves nothing in 9.0.0 (2099-01-05)");
  assert.equal(standing(trophy, undefined), "not tried");
});

test("mlx-conform trophies names what it cannot read with 2", async () => {
  for (const [name, text] of [
    ["reset.hub_js_1.json", "{}"],
    ["other.hub_js_1.json", readFileSync(join(PLACES.replays, "reset.hub_js_2.17.5.json"), "utf8")],
  ] as const) {
    const replays = await mkdtemp(join(directory, "bad-"));
    writeFileSync(join(replays, name), text);
    const words = ["--replays", replays, "--adapters", PLACES.adapters, "--into", directory];
    const { exitCode, err } = await captureConform("trophies", ...words);
    assert.equal(exitCode, 2, err);
    assert.ok(err.includes(name), err);
  }
});
