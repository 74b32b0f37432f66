/**
 * The root can be read and not written: a read-only volume, a directory that is locked, or one that cannot be looked into.
 * A model lies there complete, or nothing does. Or a directory of a model may be entered and not listed, and one file is lost or none.
 *
 * Invariants checked:
 * - What must be written is refused with `access-denied`, and changes nothing.
 * - A complete model of the wanted commit is found to be it, with the hub and without: nothing must be written for that.
 * - What may not be listed is not taken for absent: it is found, or the download fails, and nothing is fetched again.
 */
import { dirname } from "node:path";
import fc from "fast-check";
import {
  contentBytes,
  diskError,
  guardedFiles,
  needsOwnProcess,
  readTree,
  settled,
  strayFile,
  wrapFiles,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  modelPlace,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/ReadOnly-4bit";
const REQUEST = { repository: REPOSITORY };

export const keptFromWriting = scenario({
  name: "download/kept_from_writing",
  covers: [
    "DL-DISK-ERROR",
    "DL-IDEMPOTENT",
    "DL-REPAIR-ALONE",
    "OFF-COMPLETE",
    "STATUS-HONEST",
    "ERROR-KIND",
  ],
  goals: [
    "a fresh download",
    "an update",
    "the same again",
    "without the hub",
    "a directory that may not be listed",
  ],
  given: {
    before: anySmallModel({ weightBytesMax: 100 }),
    after: anySmallModel({ weightBytesMax: 100 }),
    act: fc.constantFrom("fresh", "update", "again", "offline"),
    how: fc.constantFrom(
      "read-only" as const,
      "locked" as const,
      "closed" as const,
      "unlisted" as const,
      "unlisted" as const,
    ),
    depth: fc.constantFrom("root" as const, "models" as const, "directory" as const),
  },
  async check({ before, after, act, how, depth }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const directory = modelPlace(world, REPOSITORY);
    world.hub.publish(REPOSITORY, before.files, { tags: ["mlx"] });
    if (how === "unlisted") {
      await judgeUnlisted(world, verdict, { files: before.files, act, depth });
      return;
    }
    let listed = before.files.map(({ path }) => path);
    if (act === "fresh") await world.files.mkdir(world.root);
    else await world.start().download(REQUEST);
    if (act === "update") {
      const changed = [...after.files, { path: "new.json", bytes: Buffer.from("1"), lfs: false }];
      world.hub.publish(REPOSITORY, changed, { tags: ["mlx"] });
      listed = [...listed, ...changed.map(({ path }) => path)];
    }
    const guarded = act === "fresh" ? world.root : placeOf(world, depth);
    const treeBefore = await settledTree(world);
    const files = (disk: typeof world.files) => guardedFiles(disk, { directory: guarded, how });
    world.hub.clearLog();
    if (act === "offline") world.hub.goOffline();
    const download = () => world.start({ files }).download(REQUEST);
    const mustWrite = act === "fresh" || act === "update";
    // Below a locked directory files of an existing model can be changed; only its own entries cannot.
    const isLockedAbove = how === "locked" && guarded !== directory && act === "update";
    if (isLockedAbove) return;
    if (mustWrite || how === "closed") {
      const id = "DL-DISK-ERROR";
      await verdict.fails(id, download, ["access-denied"]);
      verdict.holds(id, (await settledTree(world)) === treeBefore, "the disk is not as it was");
      // Partial files may be kept, for the next download.
      world.hub.goOnline();
      await verdict.attempt(id, () => world.start().download(REQUEST));
      const left = strayFile(await readTree(world.files, directory), listed);
      verdict.holds(id, left === undefined, `${left?.path} is left over`);
      if (act === "fresh") verdict.reached("a fresh download");
      if (act === "update") verdict.reached("an update");
      return;
    }
    const id = act === "offline" ? "OFF-COMPLETE" : "DL-IDEMPOTENT";
    const result = await verdict.attempt(id, download);
    verdict.holds(id, result.bytesFetched === 0, `${result.bytesFetched} bytes were fetched`);
    verdict.reached(act === "offline" ? "without the hub" : "the same again");
    const status = await verdict.attempt("STATUS-HONEST", () =>
      world.start({ files }).status(REQUEST),
    );
    verdict.holds("STATUS-HONEST", status.state !== "incomplete", `it says ${status.state}`);
  },
});

type Depth = "root" | "models" | "directory";

function placeOf(world: World, depth: Depth): string {
  const directory = modelPlace(world, REPOSITORY);
  return { root: world.root, models: dirname(directory), directory }[depth];
}

/**
 * A directory of a model may be entered, and not listed, and one file may be lost: nobody need go on there, and nobody is to fetch again
 * what is there.
 */
async function judgeUnlisted(
  world: World,
  verdict: Verdict,
  model: { readonly files: readonly ModelFile[]; readonly act: string; readonly depth: Depth },
): Promise<void> {
  const { directory } = await world.start().download(REQUEST);
  const [lost] = model.act === "again" || model.act === "offline" ? [] : wantedFiles(model.files);
  if (lost !== undefined) await world.files.unlink(filePlace(directory, lost.path));
  const unlisted = placeOf(world, model.depth === "root" ? "models" : "directory");
  const files = (disk: typeof world.files) =>
    wrapFiles(disk, async ({ operation, path }, next) => {
      if (operation === "readdir" && path === unlisted) throw diskError("EACCES", operation, path);
      return next();
    });
  world.hub.clearLog();
  if (model.act === "offline") world.hub.goOffline();
  await settled(() => world.start({ files }).download(REQUEST));
  const fetched = contentBytes(world.hub.log);
  const id = lost === undefined ? "DL-IDEMPOTENT" : "DL-REPAIR-ALONE";
  const most = lost?.bytes.length ?? 0;
  verdict.holds(id, fetched <= most, `${fetched} bytes were fetched where ${most} were away`);
  verdict.reached("a directory that may not be listed");
}

/** What is on the disk, but for what a downloader keeps to itself until the next download. */
async function settledTree(world: World): Promise<string> {
  const entries = await readTree(world.files, world.root);
  const settled = entries.filter(({ path }) => !/\.cache(?:\/mlx-layout(?:\/.*)?)?$/.test(path));
  return JSON.stringify(settled);
}
