/**
 * A directory on the way to a model's new place, or its old one, is a link that somebody else made: a model is moved, shared, or a move
 * or a share is taken back.
 *
 * Invariants checked:
 * - What the link leads to keeps its names and its bytes, whether the work is done or refused.
 */
import { join, relative } from "node:path";
import fc from "fast-check";
import { REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import { contentView, makeDirectories, settled, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Way-4bit";
const WORKS = ["move", "move from a link", "undo", "share", "undo of a share"] as const;

export const plantedWays = scenario({
  name: "interop/planted_ways",
  covers: ["LAYOUT-PLANTED"],
  goals: WORKS,
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    layout: fc.constantFrom(...REPOSITORY_LAYOUTS),
    work: fc.constantFrom(...WORKS),
    depth: fc.nat({ max: 2 }),
  },
  async check({ model, layout, work, depth }, world, verdict) {
    const { files: disk, outside, root } = world;
    const old = modelPlace({ root }, REPOSITORY, { layout: "flat" });
    const into = join(outside, "store");
    const isShare = work === "share" || work === "undo of a share";
    const base = isShare ? into : root;
    const isOld = work === "move from a link" || work === "undo";
    const place = isOld ? old : modelPlace({ root: base }, REPOSITORY, { layout });
    const victim = join(outside, "victim");
    const subject = world.start();
    const share = subject.share?.bind(subject);
    if (isShare && share === undefined) return;
    await put(world, old, model.files);
    const request = { repository: REPOSITORY, layout };
    const shared = { ...request, from: old, into };
    if (work === "undo") await settled(() => subject.migrate({ ...request, step: "move" }));
    if (work === "undo of a share")
      await settled(async () => share?.({ ...shared, step: "share" }));
    // As deep as the place goes, and then what is behind the link is laid out as it was before.
    const names = relative(base, place).split("/");
    const at = Math.min(depth, names.length - 1);
    const link = join(base, ...names.slice(0, at + 1));
    await put(world, join(victim, ...names.slice(at + 1)), model.files);
    await writeBytes(disk, join(victim, "thesis.txt"), Buffer.from("mine"));
    await makeDirectories(disk, join(link, ".."));
    await aside(world, link);
    await disk.symlink(victim, link);
    const view = async () => (await contentView(disk, victim)).join("\n");
    const before = await view();
    await settled(async () => {
      if (work === "share") return share?.({ ...shared, step: "share" });
      if (work === "undo of a share") return share?.({ ...shared, step: "undo" });
      return subject.migrate({ ...request, step: work === "undo" ? "undo" : "move" });
    });
    const after = await view();
    verdict.holds(
      "LAYOUT-PLANTED",
      after === before,
      () => `${work} through ${link}: there was ${before}, there is ${after}`,
    );
    verdict.reached(work);
  },
});

async function put(
  { files }: World,
  directory: string,
  all: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  for (const { path, bytes } of all) await writeBytes(files, filePlace(directory, path), bytes);
}

/** Gives what is in the way another name. */
async function aside({ files }: World, place: string): Promise<void> {
  const names = await files.readdir(join(place, ".."));
  if (names.some((name) => place.endsWith(`/${name}`))) await files.rename(place, `${place}.old`);
}
