import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { ListedModel } from "../../../spec/mod.ts";
import type { ListOptions } from "../../places/model_finder.ts";
import type { Survey } from "../../places/survey_models.ts";
import { DIRECTORY, ROOT, runScripted as run } from "../scripted_run.ts";

const NOW_MS = Date.now();

const LISTED: ListedModel = {
  directory: DIRECTORY,
  layout: "hubapi",
  repository: "org/name",
  modelId: "name",
  state: "complete",
  misplaced: undefined,
  sizeBytes: 1_234_567,
  diskBytes: 1_236_992,
  usedMs: NOW_MS - 3 * 86_400_000 - 1000,
};

const FLAT: ListedModel = {
  ...LISTED,
  directory: join(ROOT, "smollm"),
  layout: "flat",
  repository: "org/other",
  state: "unknown",
  misplaced: DIRECTORY,
  diskBytes: 4096,
};

const STORED: ListedModel = {
  ...LISTED,
  directory: "/home/me/.lmstudio/models/org/stored",
  layout: "lmstudio",
  repository: "org/stored",
  state: "incomplete",
  store: "lm-studio",
  diskBytes: 2_000_000_000,
};

function survey(...models: readonly ListedModel[]) {
  const asked: ListOptions[] = [];
  const answer = async (options: ListOptions = {}): Promise<Survey> => {
    asked.push(options);
    return { models, diskBytes: 5_000_000, closed: [], away: [] };
  };
  return { asked, answers: { survey: answer } };
}

test("list prints one line a copy, with its store, what it takes on the disk and its last use", async () => {
  const { exitCode, stdout } = await run("list", survey(LISTED, FLAT, STORED).answers);
  assert.equal(exitCode, 0);
  const flat = join(ROOT, "smollm");
  assert.equal(
    stdout,
    [
      "MODEL              SIZE  STATE       STORE      USED",
      "org/name        1.24 MB  complete    root         3d",
      `${flat.padEnd(14)}  4.10 kB  misplaced   root         3d`,
      "org/stored      2.00 GB  incomplete  lm-studio    3d",
      "3 models, 5.00 MB on disk",
      "",
    ].join("\n"),
  );
});

test("list fits a terminal, whatever the names are, and --long shows all of them", async () => {
  const name = `mlx-community/${"Very-Long-Name-".repeat(8)}4bit`;
  const { answers } = survey({ ...STORED, repository: name });
  let stdout = "";
  const output = { write: (text: string) => (stdout += text), columns: 80 };
  await run("list", answers, { stdout: output });
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  assert.match(stdout, /^mlx-community\/Very-\S+…\S+-4bit /m);
  stdout = "";
  await run("list --long", answers, { stdout: output });
  assert.ok(stdout.includes(name) && stdout.includes(STORED.directory));
});

test("list sorts, and keeps what a filter names", async () => {
  const { answers } = survey(LISTED, FLAT, STORED);
  const names = async (line: string) => {
    const { stdout } = await run(`${line} --json`, answers);
    const { models } = JSON.parse(stdout) as { models: ListedModel[] };
    return models.map(({ repository = "" }) => repository.slice("org/".length));
  };
  assert.deepEqual(await names("list --sort size"), ["stored", "name", "other"]);
  assert.deepEqual(await names("list --filter state=misplaced"), ["other"]);
  assert.deepEqual(await names("list --filter store=root --filter size>10KB"), ["name"]);
  assert.deepEqual(await names("list --filter used>7d"), []);
  assert.deepEqual(await names("list --filter STORED"), ["stored"]);
  for (const wrong of ["state=gone", "size>big", "used>soon", "store>1"])
    assert.equal((await run(["list", "--filter", wrong], answers)).exitCode, 2, wrong);
});

test("list looks everywhere unless a root is given", async () => {
  const { asked, answers } = survey();
  await run("list", answers);
  await run(`list --root ${ROOT}`, answers);
  assert.deepEqual(
    asked.map(({ places }) => places),
    ["all", "root"],
  );
});

test("list --json prints the models, and a machine without any is not a failure", async () => {
  const json = await run("list --json", survey(LISTED).answers);
  const { misplaced: _, ...defined } = LISTED;
  assert.deepEqual(JSON.parse(json.stdout), {
    schema: "mlx-layout/output/1",
    event: "models",
    models: [defined],
    diskBytes: 5_000_000,
    closed: [],
    away: [],
    unreadable: [],
  });
  const none = await run("list", survey().answers);
  assert.equal(none.exitCode, 0);
  assert.equal(none.stdout, "");
  assert.equal(none.stderr, `There are no models under ${ROOT} or in any known store\n`);
});

test("list names a store that MLX cannot open as what it is", async () => {
  const closed = [{ name: "ollama", title: "Ollama", directory: "/o", models: 2 }] as const;
  const { stderr } = await run("list", {
    survey: async () => ({ models: [], diskBytes: 0, closed, away: [] }),
  });
  assert.match(stderr, /^Ollama has 2 models in \/o, in a form of its own that MLX cannot open$/m);
});
