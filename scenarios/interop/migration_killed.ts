/**
 * A migration dies at any change of the disk, on a volume with hard links or without, or between two volumes; another process goes on or goes back.
 *
 * Invariants checked:
 * - At that moment every file of the model is whole in its old place or in its new one, and a plan says what is left to do.
 * - Going on ends in the new place, going back in the old one, with every file and nothing in the other.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { MigrationRequest } from "../../spec/mod.ts";
import {
  asFailure,
  changeFiles,
  exists,
  readTree,
  sha256Hex,
  STORE_VOLUMES,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  ProcessKilled,
  scenario,
  type Verdict,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Interrupted-4bit";
const FLAT = "mlx-community--Interrupted-4bit";
/** In a directory of the model's own, which goes with it. */
const NESTED = { path: "1_Pooling/config.json", bytes: Buffer.from("{}"), lfs: false };

export const migrationKilled = scenario({
  name: "interop/migration_killed",
  covers: ["MIGRATE-SAFE", "MIGRATE-PLAN"],
  goals: ["it died half-way", "it went on", "it went back", "from a directory that was named"],
  given: {
    model: anySmallModel({ weightBytesMax: 80 }),
    /** One that does not tell by its name whose model it is must be named, each time. */
    directory: fc.constantFrom(FLAT, FLAT, "smollm", "org/other", "../Elsewhere/smollm"),
    nth: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 50 })),
    volume: fc.constantFrom("with links", "without links", "another volume"),
    goesOn: fc.boolean(),
    diesTwice: fc.boolean(),
  },
  async check({ model, directory, nth, volume, goesOn, diesTwice }, world, verdict) {
    const from = join(world.root, directory);
    const request = { repository: REPOSITORY, ...(directory !== FLAT && { from }) };
    const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    const files = [...model.files, NESTED];
    await changeFiles(world, from, { before: [], after: files });
    const start = () => world.start(STORE_VOLUMES[volume](from));
    const steps = diesTwice ? (["move", "move"] as const) : (["move"] as const);
    for (const step of steps) {
      const doomed = start();
      doomed.killAt({ at: "operation", nth });
      await endOf(() => doomed.migrate({ ...request, step }));
      if (doomed.isKilled) verdict.reached("it died half-way");
      await world.settle();
      for (const { path, bytes } of files) {
        const sizes = await Promise.all(
          [from, to].map((at) => isWhole(filePlace(at, path), bytes)),
        );
        verdict.holds("MIGRATE-SAFE", sizes.includes(true), `${path} is in neither place`);
      }
    }
    const isBegun = (await readTree(world.files, join(world.root, ".mlx-layout"))).some(
      ({ path }) => path.endsWith(".json"),
    );
    const goal = goesOn ? to : from;
    const step = goesOn ? "move" : "undo";
    // A migration that died before it wrote anything down never began, and one that had ended has nothing to go on with.
    const isOver = (await wrongFiles(world, to, files)).length === 0;
    if (isBegun && !isOver) await judgePlan(world, { request, from, to, verdict });
    if (isBegun && !(goesOn && isOver)) {
      await verdict.attempt("MIGRATE-SAFE", () => start().migrate({ ...request, step }));
      const wrong = await wrongFiles(world, goal, files);
      verdict.holds("MIGRATE-SAFE", wrong.length === 0, () => `${step}: ${wrong.join(", ")}`);
      const other = await readTree(world.files, goesOn ? from : to);
      const left = other.find(({ kind }) => kind !== "directory");
      verdict.holds("MIGRATE-SAFE", left === undefined, `${left?.path} is left in the other place`);
      verdict.reached(goesOn ? "it went on" : "it went back");
      if (directory !== FLAT) verdict.reached("from a directory that was named");
    }

    async function isWhole(place: string, bytes: Uint8Array): Promise<boolean> {
      const [entry] = (await readTree(world.files, join(place, ".."))).filter(({ path }) =>
        place.endsWith(`/${path}`),
      );
      return entry?.sha256 === sha256Hex(bytes);
    }
  },
});

/** What a plan says of a migration that has begun: where it goes, that it is not done, and nothing that is not there. */
async function judgePlan(
  world: World,
  options: {
    readonly request: Omit<MigrationRequest, "step">;
    readonly from: string;
    readonly to: string;
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { request, from, to, verdict } = options;
  const plan = await verdict.attempt("MIGRATE-PLAN", () =>
    world.start().migrate({ ...request, step: "plan" }),
  );
  const holds = (condition: boolean, detail: string) =>
    verdict.holds("MIGRATE-PLAN", condition, `of a move that was interrupted ${detail}`);
  holds(!plan.isDone, "it says that it is done");
  holds(plan.from === from && plan.to === to, `it plans one from ${plan.from} to ${plan.to}`);
  for (const path of plan.files) {
    const isThere = await Promise.all(
      [from, to].map((at) => exists(world.files, filePlace(at, path))),
    );
    holds(isThere.includes(true), `it plans to move ${path}, which is nowhere`);
  }
  for (const path of plan.leftBehind)
    holds(
      await exists(world.files, filePlace(from, path)),
      `it leaves ${path}, which is not there`,
    );
}

/** Waits for the end of a process's work, also by its death; a second move after a finished one is refused. */
async function endOf(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ProcessKilled) && asFailure(error)?.code !== "not-downloaded")
      throw error;
  }
}
