/**
 * An app's own directory holds a model, put there by hand or by a download, with files of other tools; it is moved to where
 * MLX looks, and taken back.
 *
 * Invariants checked:
 * - The plan changes nothing and names exactly the files that then move; what is not named stays as it was.
 * - Every file keeps its bytes and, where the volume has hard links or renames, its data itself.
 * - Afterwards the model is found in its place and nowhere else; taken back, everything is where it was.
 */
import { join } from "node:path";
import fc from "fast-check";
import { REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import { changeFiles, exists, readTree, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Moved-4bit";
const FLAT = "mlx-community--Moved-4bit";

export const migration = scenario({
  name: "interop/migration",
  covers: ["MIGRATE-PLAN", "MIGRATE-SAFE"],
  goals: ["it was taken back", "a foreign file stayed"],
  given: {
    model: anySmallModel(),
    directory: fc.constantFrom(FLAT, "smollm", "org/other"),
    layout: fc.constantFrom(...REPOSITORY_LAYOUTS),
    foreign: fc.subarray([".DS_Store", "._model.safetensors", ".git/config"]),
    isNested: fc.boolean(),
    isUndone: fc.boolean(),
  },
  async check({ model, directory, layout, foreign, isNested, isUndone }, world, verdict) {
    const { files: disk, root } = world;
    const from = join(root, directory);
    const to = modelPlace(world, REPOSITORY, { layout });
    const nested = { path: "1_Pooling/config.json", bytes: Buffer.from("{}"), lfs: false };
    const all = isNested ? [...model.files, nested] : model.files;
    await changeFiles(world, from, { before: [], after: all });
    for (const path of foreign) await writeBytes(disk, join(from, path), Buffer.from("foreign"));
    const before = await view(world);
    const request = { repository: REPOSITORY, from, layout };
    const subject = world.start();
    const plan = await verdict.attempt("MIGRATE-PLAN", () =>
      subject.migrate({ ...request, step: "plan" }),
    );
    const holds = (condition: boolean, detail: string | (() => string)) =>
      verdict.holds("MIGRATE-PLAN", condition, detail);
    holds(same(before, await view(world)), "the plan changed the disk");
    holds(plan.from === from && plan.to === to, `it would move ${plan.from} to ${plan.to}`);
    const planned = [...plan.files].sort((one, two) => (one < two ? -1 : 1));
    const expected = all.map(({ path }) => path).sort((one, two) => (one < two ? -1 : 1));
    holds(planned.join() === expected.join(), `it would move ${planned.join(", ")}`);
    await verdict.attempt("MIGRATE-PLAN", () => subject.migrate({ ...request, step: "move" }));
    const moved = moveAll(before, {
      from: directory,
      to: to.slice(root.length + 1),
      files: planned,
    });
    const after = await view(world);
    holds(same(moved, after), () => difference(moved, after));
    const found = await subject.locate({ repository: REPOSITORY, layout });
    holds(found === to, `it is looked for in ${found}`);
    if (foreign.length > 0) verdict.reached("a foreign file stayed");
    if (!isUndone) return;
    await verdict.attempt("MIGRATE-SAFE", () => subject.migrate({ ...request, step: "undo" }));
    const back = await view(world);
    verdict.holds("MIGRATE-SAFE", same(before, back), () => difference(before, back));
    const isLeft = await exists(disk, to);
    verdict.holds("MIGRATE-SAFE", !isLeft, "something is left in the place");
    verdict.reached("it was taken back");
  },
});

// Helpers

/** Path, bytes and identity of every file below the root but those that the migration keeps for itself. */
async function view(world: World): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  for (const { path, kind, sha256 } of await readTree(world.files, world.root)) {
    if (kind === "directory" || path.startsWith(".mlx-layout/")) continue;
    const { inode } = await world.files.lstat(join(world.root, path));
    seen.set(path, `${sha256} as ${inode}`);
  }
  return seen;
}

function moveAll(
  before: ReadonlyMap<string, string>,
  way: { readonly from: string; readonly to: string; readonly files: readonly string[] },
): Map<string, string> {
  const moved = new Map(before);
  for (const path of way.files) {
    const facts = moved.get(`${way.from}/${path}`) ?? "";
    moved.delete(`${way.from}/${path}`);
    moved.set(`${way.to}/${path}`, facts);
  }
  return moved;
}

function same(one: ReadonlyMap<string, string>, two: ReadonlyMap<string, string>): boolean {
  return one.size === two.size && [...one].every(([path, facts]) => two.get(path) === facts);
}

function difference(
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): string {
  const missing = [...expected].find(([path, facts]) => actual.get(path) !== facts);
  const extra = [...actual].find(([path]) => !expected.has(path));
  return `${missing?.join(" ")} is ${actual.get(missing?.[0] ?? "")}; too much: ${extra?.join(" ")}`;
}
