/**
 * An app's own directory or that of another layout holds a model, put there by hand or by a download, with files of other tools; it is
 * moved to where MLX looks, and taken back.
 *
 * Invariants checked:
 * - The plan changes nothing and names exactly the files that then move; what is not named stays as it was.
 * - Every file keeps its bytes and, where the volume has hard links or renames, its data itself.
 * - At every moment a marker names whole files, and a `config.json` lies beside all weights, in either place.
 * - Afterwards the model is found in its place and nowhere else; taken back, everything is where it was.
 */
import { join } from "node:path";
import fc from "fast-check";
import { type MigrationResult, REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import {
  changeFiles,
  exists,
  falseMarker,
  readTree,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  modelPlace,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Moved-4bit";
const FLAT = "mlx-community--Moved-4bit";
/** Where a download into layout `lmstudio` puts it, with a marker. */
const DOWNLOADED = REPOSITORY;

export const migration = scenario({
  name: "interop/migration",
  covers: ["MIGRATE-PLAN", "MIGRATE-SAFE", "MARK-TRUE", "DL-CONFIG-LAST"],
  goals: ["it was taken back", "a foreign file stayed", "it had a marker"],
  given: {
    model: anySmallModel(),
    directory: fc.constantFrom(FLAT, "smollm", "org/other", DOWNLOADED),
    layout: fc.constantFrom(...REPOSITORY_LAYOUTS),
    foreign: fc.subarray([".DS_Store", "._model.safetensors", ".git/config"]),
    isNested: fc.boolean(),
    hasAdapter: fc.boolean(),
    isUndone: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, directory, layout: drawn, foreign, isNested, hasAdapter, isUndone } = given;
    const { files: disk, root } = world;
    const isDownloaded = directory === DOWNLOADED;
    const layout = isDownloaded ? "hubapi" : drawn;
    const from = join(root, directory);
    const to = modelPlace(world, REPOSITORY, { layout });
    const nested = { path: "1_Pooling/config.json", bytes: Buffer.from("{}"), lfs: false };
    const adapter = { path: "adapters.safetensors", bytes: Buffer.alloc(64, 7), lfs: true };
    // Weights whose name comes before that of the configuration, and others that come after it.
    const beside = [...(isNested ? [nested] : []), ...(hasAdapter ? [adapter] : [])];
    const whole = [...model.files, ...beside];
    const all = isDownloaded ? wantedFiles(whole) : whole;
    if (isDownloaded) {
      world.hub.publish(REPOSITORY, whole, { tags: ["mlx"] });
      await world.start().download({ repository: REPOSITORY, layout: "lmstudio" });
      verdict.reached("it had a marker");
    } else await changeFiles(world, from, { before: [], after: all });
    for (const path of foreign) await writeBytes(disk, join(from, path), Buffer.from("foreign"));
    const before = await view(world);
    const request = { repository: REPOSITORY, from, layout };
    const look = async () => {
      for (const place of [from, to]) await judgeOrder(world, verdict, { place, files: all });
    };
    const subject = world.start({ look });
    const plan = await verdict.attempt("MIGRATE-PLAN", () =>
      subject.migrate({ ...request, step: "plan" }),
    );
    const holds = (condition: boolean, detail: string | (() => string)) =>
      verdict.holds("MIGRATE-PLAN", condition, detail);
    holds(same(before, await view(world)), "the plan changed the disk");
    holds(plan.from === from && plan.to === to, `it would move ${plan.from} to ${plan.to}`);
    const planned = [...plan.files].sort((one, two) => (one < two ? -1 : 1));
    const expected = pathsIn(before, { directory, foreign }).sort((one, two) =>
      one < two ? -1 : 1,
    );
    holds(planned.join() === expected.join(), `it would move ${planned.join(", ")}`);
    holds(!plan.isDone, "it plans what is done");
    const done = await verdict.attempt("MIGRATE-PLAN", () =>
      subject.migrate({ ...request, step: "move" }),
    );
    const isToldSo = done.isDone && done.from === from && done.to === to;
    holds(isToldSo && done.files.join() === plan.files.join(), () => `it says ${shown(done)}`);
    const moved = moveAll(before, {
      from: directory,
      to: to.slice(root.length + 1),
      files: planned,
    });
    // What is in its place already has nowhere to go, and may be refused.
    await verdict.attempt("MIGRATE-PLAN", () =>
      settled(() => subject.migrate({ ...request, from: to, step: "plan" })),
    );
    const after = await view(world);
    holds(same(moved, after), () => difference(moved, after));
    const found = await subject.locate({ repository: REPOSITORY, layout });
    holds(found === to, `it is looked for in ${found}`);
    if (foreign.length > 0) verdict.reached("a foreign file stayed");
    if (!isUndone) return;
    const undone = await verdict.attempt("MIGRATE-SAFE", () =>
      subject.migrate({ ...request, step: "undo" }),
    );
    const isBack = undone.isDone && undone.from === to && undone.to === from;
    verdict.holds("MIGRATE-SAFE", isBack, () => `undone, it says ${shown(undone)}`);
    const back = await view(world);
    verdict.holds("MIGRATE-SAFE", same(before, back), () => difference(before, back));
    const isLeft = await exists(disk, to);
    verdict.holds("MIGRATE-SAFE", !isLeft, "something is left in the place");
    verdict.reached("it was taken back");
  },
});

// Helpers

/** What shows a model in a place is there only while what it shows is there too. */
async function judgeOrder(
  world: World,
  verdict: Verdict,
  { place, files }: { readonly place: string; readonly files: readonly ModelFile[] },
): Promise<void> {
  const falsehood = await falseMarker(world.files, place);
  verdict.holds("MARK-TRUE", falsehood === undefined, `while it moved: ${falsehood}`);
  if (!(await exists(world.files, join(place, "config.json")))) return;
  const weights = files.filter(({ path }) => path.endsWith(".safetensors"));
  const wrong = await wrongFiles(world, place, weights);
  verdict.holds("DL-CONFIG-LAST", wrong.length === 0, () => `while it moved: ${wrong.join(", ")}`);
}

function shown({ from, to, files, isDone }: MigrationResult): string {
  return `${isDone ? "done" : "not done"}: ${files?.join(", ")} from ${from} to ${to}`;
}

/** The files of the model before it moved, its marker and its metadata among them. */
function pathsIn(
  seen: ReadonlyMap<string, string>,
  { directory, foreign }: { readonly directory: string; readonly foreign: readonly string[] },
): string[] {
  return [...seen.keys()]
    .filter((path) => path.startsWith(`${directory}/`))
    .map((path) => path.slice(directory.length + 1))
    .filter((path) => !foreign.includes(path));
}

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
