import assert from "node:assert/strict";
import { test } from "node:test";
import type { DownloadRequest, ListedModel, ModelRequest } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import type { CliManager } from "../cli_environment.ts";
import { DIRECTORY, runScripted as run } from "../scripted_run.ts";

const OLD = "a".repeat(40);
const NEW = "b".repeat(40);

function listed(name: string, more: Partial<ListedModel> = {}): ListedModel {
  return {
    directory: `/models/models/org/${name}`,
    layout: "hubapi",
    repository: `org/${name}`,
    modelId: `org--${name}`,
    state: "complete",
    misplaced: undefined,
    sizeBytes: 1,
    commit: OLD,
    revision: "main",
    ...more,
  };
}

/** A machine with some models, and a hub that has a newer commit of the one that is called `old`. */
function machine(...models: readonly ListedModel[]) {
  const asked: ModelRequest[] = [];
  const downloaded: DownloadRequest[] = [];
  const answers: Partial<CliManager> = {
    survey: async () => ({ models, diskBytes: 0, closed: [], away: [] }),
    latestCommit: async (request) => {
      asked.push(request);
      if (request.repository === "org/gone")
        throw new ModelError("repository-not-found", "The hub has no org/gone");
      return request.repository === "org/old" ? NEW : OLD;
    },
    download: async (request) => {
      downloaded.push(request);
      return { directory: DIRECTORY, commit: NEW, files: [], bytesFetched: 1, offline: false };
    },
  };
  return { asked, downloaded, answers };
}

test("outdated asks once for each model, says what changed, and fails where something has", async () => {
  const pinned = listed("pinned", { revision: OLD });
  const elsewhere = listed("elsewhere", { store: "lm-studio" });
  const { asked, answers } = machine(listed("old"), listed("new"), pinned, elsewhere);
  const { exitCode, stdout } = await run("outdated", answers);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^org\/old +a{10} +b{10}$/m);
  assert.match(stdout, /^1 up to date, 1 outdated$/m);
  assert.deepEqual(
    asked.map(({ repository }) => repository),
    ["org/old", "org/new"],
  );
  const { exitCode: fresh } = await run("outdated --json", machine(listed("new")).answers);
  assert.equal(fresh, 0);
});

test("outdated names a repository that is gone, and hides no other", async () => {
  const { answers } = machine(listed("gone"), listed("old"));
  const { exitCode, stdout, stderr } = await run("outdated", answers);
  assert.equal(exitCode, 1);
  assert.match(stderr, /The hub has no org\/gone/);
  assert.match(stdout, /^0 up to date, 1 outdated$/m);
});

test("update downloads what is outdated, in its own layout and revision, and nothing else", async () => {
  const cached = listed("old", { layout: "lmstudio", revision: "v2" });
  const { downloaded, answers } = machine(cached, listed("new"));
  assert.equal((await run("update --dry-run", answers)).exitCode, 0);
  assert.deepEqual(downloaded, []);
  assert.equal((await run("update", answers)).exitCode, 0);
  assert.deepEqual(downloaded, [{ repository: "org/old", layout: "lmstudio", revision: "v2" }]);
  const unknown = await run("update org/never", answers);
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /Nothing is recorded of org\/never/);
});

test("of the snapshots of one repository the newest stands for the older ones", async () => {
  const old = listed("old", { layout: "hf-cache", directory: "/c/a" });
  const { answers } = machine(old, { ...old, directory: "/c/b", commit: NEW });
  assert.match((await run("outdated", answers)).stdout, /^1 up to date, 0 outdated$/m);
});

test("status --remote says whether the hub has a newer commit", async () => {
  const { answers } = machine();
  const status = async () => ({ state: "complete", directory: DIRECTORY, commit: OLD }) as const;
  const { stderr } = await run("status org/old --remote", { ...answers, status });
  assert.match(stderr, /The hub has commit b{40}: run "mlx-layout update org\/old"/);
  const same = await run("status org/new --remote", { ...answers, status });
  assert.match(same.stderr, /The hub has the same commit/);
});

test("download takes several models, and the address of a model's page", async () => {
  const { downloaded, answers } = machine();
  const page = "https://huggingface.co/org/two/tree/v1";
  const { exitCode, stdout } = await run(["download", "org/one", page, "--quiet"], answers);
  assert.equal(exitCode, 0);
  assert.equal(stdout, `${DIRECTORY}\n${DIRECTORY}\n`);
  assert.deepEqual(
    downloaded.map(({ repository, revision }) => [repository, revision]),
    [
      ["org/one", undefined],
      ["org/two", "v1"],
    ],
  );
  const failing = async (request: DownloadRequest) => {
    if (request.repository === "org/one") throw new ModelError("network", "no way");
    return { directory: DIRECTORY, commit: NEW, files: [], bytesFetched: 1, offline: false };
  };
  const half = await run(["download", "org/one", "org/two", "--quiet"], { download: failing });
  assert.deepEqual([half.exitCode, half.stdout], [1, `${DIRECTORY}\n`]);
});
