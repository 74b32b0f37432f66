/**
 * Real mlx-lm loads generated directories under strace, and what it opens is held against the load plan: `LOAD-PLAN`.
 *
 * Invariants checked:
 * - Where the runtime loads the directory, or where the plan says where it stops, both sets are equal.
 * - Where the runtime refuses what it read, it had opened nothing but planned files, and nothing out of their order.
 *
 * `MLX_LAYOUT_PLANS` says how many models are drawn; each is also damaged in a way that takes turns.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { damagesOf, HARMLESS } from "../../harness/internal.ts";
import { anyModel, type ModelFile } from "../../harness/mod.ts";
import { traceOpens } from "../../harness/runners/trace_opens.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import { nodeHost } from "../../src/node_host.ts";
import { planLoad } from "../../src/load/plan/load_plan.ts";

const MODELS = Number(process.env["MLX_LAYOUT_PLANS"] ?? 48);
const python = findPython();
const hasStrace = (process.env["PATH"] ?? "")
  .split(delimiter)
  .some((folder) => existsSync(join(folder, "strace")));
const skip =
  python === undefined
    ? "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON"
    : !hasStrace && "strace is not installed";

test("mlx-lm opens exactly what the load plan says", { skip, timeout: 600_000 }, async (t) => {
  const top = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-plan-")));
  try {
    const directories: { place: string; label: string }[] = [];
    for (const { label, files } of drawDirectories()) {
      // Names as people give them.
      const names = ["plain", "with space", "größe 漢字", "a[1]b", "q?x", "st*r"];
      const name = `${directories.length} ${names[directories.length % 6] ?? ""}`;
      const place = join(top, name, "model");
      await write(place, files);
      directories.push({ place, label: `${label} in "${name}"` });
    }
    const seen = await traceOpens(
      python ?? "",
      directories.map(({ place }) => place),
    );
    const counts = { loaded: 0, stopped: 0, refused: 0 };
    for (const [at, { place, label }] of directories.entries()) {
      const plan = await planLoad(nodeHost().files, place, { runtime: "mlx-lm" });
      const { opened = [], error } = seen[at] ?? {};
      const planned = plan.reads.map(({ path }) => path);
      const isWhole = error === undefined || plan.stopsAt !== undefined;
      const said = `${label}: ${error ?? "it loaded"}; plan stops at ${plan.stopsAt?.path ?? "nothing"}`;
      assert.equal(error === undefined && plan.stopsAt !== undefined, false, said);
      if (isWhole) assert.deepEqual(opened.toSorted(), planned.toSorted(), said);
      else {
        const roles = new Map(plan.reads.map(({ path, role }) => [path, role]));
        const strangers = opened.filter((path) => !roles.has(path));
        assert.deepEqual(strangers, [], said);
        assert.deepEqual(
          stages(opened, roles),
          stages(planned, roles).slice(0, stages(opened, roles).length),
          said,
        );
      }
      if (plan.stopsAt !== undefined) counts.stopped++;
      else if (error === undefined) counts.loaded++;
      else counts.refused++;
    }
    t.diagnostic(
      `${directories.length} directories: plan and strace are equal in ${counts.loaded + counts.stopped} of ${counts.loaded + counts.stopped} ` +
        `(${counts.loaded} loaded, ${counts.stopped} where the plan says where the load stops); in ${counts.refused} more mlx-lm refused a file and opened no other than planned`,
    );
    assert.ok(counts.loaded > 0 && counts.stopped > 0 && counts.refused > 0);
  } finally {
    await rm(top, { recursive: true, force: true });
  }
});

/** Sound models, harmless changes and damages. */
function drawDirectories(): { label: string; files: readonly ModelFile[] }[] {
  let damageAt = 0;
  return fc.sample(anyModel(), { numRuns: MODELS, seed: 7 }).flatMap((model, at) => {
    const harmless = HARMLESS[at % HARMLESS.length];
    const damages = damagesOf(model);
    const damage = damages[damageAt++ % damages.length];
    return [
      { label: `sound ${model.label}`, files: model.files },
      { label: harmless?.name ?? "", files: harmless?.apply(model) ?? model.files },
      { label: damage?.name ?? "", files: damage?.apply(model, at) ?? model.files },
    ];
  });
}

async function write(place: string, files: readonly ModelFile[]): Promise<void> {
  for (const { path, bytes } of files) {
    const at = join(place, ...path.split("/"));
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
  }
}

/** The roles in the order of their first file; weight files count as one, as the disk orders them. */
function stages(paths: readonly string[], roles: ReadonlyMap<string, string>): string[] {
  const names = paths.map((path) => (roles.get(path) === "weights" ? "weights" : path));
  return [...new Set(names)];
}
