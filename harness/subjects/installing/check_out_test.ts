import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { checkOut } from "./check_out.ts";

const directory = mkdtempSync(join(tmpdir(), "mlx-layout-check-out-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const published = join(directory, "published");

function git(...args: string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"];
  const all = ["-C", published, ...identity, ...args];
  const { stdout, stderr, status } = spawnSync("git", all, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

function commit(text: string): string {
  for (const name of ["kept", "left"]) {
    mkdirSync(join(published, name), { recursive: true });
    writeFileSync(join(published, name, "file"), text);
  }
  git("add", ".");
  git("commit", "--quiet", "-m", text);
  return git("rev-parse", "HEAD");
}

const SKIP = spawnSync("git", ["--version"]).error === undefined ? false : "there is no git";

test(
  "checkOut() takes the named part of the commit that is asked for",
  { skip: SKIP },
  async () => {
    mkdirSync(published);
    git("init", "--quiet");
    const first = commit("one");
    commit("two");
    const repository = pathToFileURL(published).href;
    const target = join(directory, "target");
    await checkOut(target, { repository, commit: first, paths: ["/kept/"] });
    assert.deepEqual(readdirSync(target).toSorted(), [".git", "kept"]);
    assert.equal(readFileSync(join(target, "kept", "file"), "utf8"), "one");
    const unknown = { repository, commit: "0".repeat(40), paths: ["/kept/"] };
    await assert.rejects(checkOut(join(directory, "unknown"), unknown));
  },
);
