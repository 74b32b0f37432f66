import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const { version } = JSON.parse(read("package.json")) as { version: string };

/** A job of the workflow, as far as it matters here. */
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly env?: object;
  }[];
}

const workflow = read(".github/workflows/release.yml");
const { jobs } = parse(workflow) as { jobs: Readonly<Record<string, Job>> };

test("npm, JSR and the changelog speak of one version", () => {
  const jsr = JSON.parse(read("deno.json")) as { version: string; exports: object };
  assert.equal(jsr.version, version);
  const [newest = ""] = /^## .*$/m.exec(read("CHANGELOG.md")) ?? [];
  assert.match(
    newest,
    new RegExp(`^## ${version.replaceAll(".", "\\.")}, (?:unreleased|\\d{4}-\\d\\d-\\d\\d)$`),
  );
});

test("a release needs no token, and the job that publishes to npm runs nothing of this repository", () => {
  assert.doesNotMatch(workflow, /secrets\.|NODE_AUTH_TOKEN|NPM_TOKEN/);
  for (const name of ["npm", "jsr"]) assert.equal(jobs[name]?.permissions?.["id-token"], "write");
  const npm = jobs["npm"]?.steps ?? [];
  assert.equal(
    npm.some(({ uses }) => uses?.startsWith("actions/checkout@")),
    false,
  );
  const text = npm.map(({ run = "" }) => run).join("\n");
  assert.match(text, /npm publish .* --ignore-scripts --provenance /);
  assert.doesNotMatch(text, /npm (?:ci|install|run)/);
});

test(
  "a tag of another version packs nothing",
  { skip: process.platform === "win32" ? "no bash in its place" : false },
  () => {
    const out = mkdtempSync(join(tmpdir(), "mlx-layout-release-"));
    try {
      const script = join(ROOT, ".github/scripts/pack_release.sh");
      const { status, stdout } = spawnSync("bash", [script, "v0.0.0-other", join(out, "release")], {
        cwd: ROOT,
        encoding: "utf8",
      });
      assert.equal(status, 1);
      assert.match(stdout, /the tag is v0\.0\.0-other, and package\.json has version /);
    } finally {
      rmSync(out, { recursive: true });
    }
  },
);
