/**
 * A model that was downloaded is shared with the store of another tool, which has some of its files already, other files in its
 * directory, and another model.
 *
 * Invariants checked:
 * - The plan changes nothing, and names the room that the share takes.
 * - Afterwards the store has every file in its place, the copy is as it was, and so is everything else in the store.
 * - Weights that the store did not have are the same data.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  contentView,
  dataBytes,
  needsLayout,
  SHARE_LAYOUTS,
  sharedPlace,
  writeBytes,
} from "../../harness/internal.ts";
import { filePlace, scenario, tinyLlama, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Shared-4bit";
const IDS = ["SHARE-VISIBLE", "SHARE-ONCE", "SHARE-PLAN", "SHARE-OWN"] as const;
/** Markers, listings, metadata and journals of a small model; its weights are larger. */
const STATE_BYTES_MAX = 8192;

export const shared = scenario({
  name: "share/shared",
  covers: IDS,
  goals: ["into the hub's cache", "into a directory", "a duplicate was there"],
  given: {
    model: fc.constantFrom(tinyLlama({ seed: 3, shards: 2 }), tinyLlama({ seed: 4, nested: true })),
    from: fc.constantFrom("hubapi", "lmstudio", "hf-cache"),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    duplicates: fc.array(fc.nat(20), { maxLength: 3 }),
    isNamed: fc.boolean(),
  },
  async check({ model, from, layout, duplicates, isNamed }, world, verdict) {
    const { files: disk, root, outside } = world;
    needsLayout(world, from);
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    if (subject.share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const { directory } = await subject.download({ repository: REPOSITORY, layout: from });
    const into = join(outside, "store");
    const place = await sharedPlace(world, { into, repository: REPOSITORY, layout });
    const wanted = wantedFiles(model.files);
    const there = new Set<string>();
    // In the hub's cache a file has its place only as a link to a content.
    for (const at of layout === "hf-cache" ? [] : duplicates) {
      const file = wanted[at % wanted.length];
      if (file === undefined) continue;
      await writeBytes(disk, filePlace(place, file.path), file.bytes);
      there.add(file.path);
      verdict.reached("a duplicate was there");
    }
    const base = layout === "hf-cache" ? join(into, "models--mlx-community--Shared-4bit") : place;
    const foreign = [join(base, "notes.txt"), join(into, "org", "other", "config.json")];
    for (const path of foreign) await writeBytes(disk, path, new TextEncoder().encode(path));
    const before = await contentView(disk, outside);
    const own = await wrongFiles(world, directory, wanted);
    const room = () => dataBytes(world, [root, outside]);
    const roomBefore = await room();
    const request = { repository: REPOSITORY, into, layout, ...(isNamed && { from: directory }) };
    const share = (step: "plan" | "share") => subject.share?.({ ...request, step });
    const plan = await verdict.attempt("SHARE-PLAN", async () => share("plan"));
    const after = await contentView(disk, outside);
    verdict.holds("SHARE-PLAN", same(before, after), "the plan changed something");
    await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    verdict.reached(layout === "hf-cache" ? "into the hub's cache" : "into a directory");
    const now = await sharedPlace(world, { into, repository: REPOSITORY, layout });
    const wrong = await wrongFiles(world, now, wanted);
    verdict.holds("SHARE-VISIBLE", wrong.length === 0, () => `in the store: ${wrong.join(", ")}`);
    const ownWrong = await wrongFiles(world, directory, wanted);
    verdict.holds("SHARE-VISIBLE", same(own, ownWrong), () => `of the copy: ${ownWrong.join()}`);
    const left = new Set(await contentView(disk, outside));
    const lost = before.filter((line) => !left.has(line));
    verdict.holds("SHARE-OWN", lost.length === 0, () => `of the store's own: ${lost.join(", ")}`);
    for (const { path } of wanted.filter((file) => file.path.endsWith(".safetensors"))) {
      if (there.has(path)) continue;
      const [one, two] = await Promise.all(
        [directory, now].map((at) => disk.stat(filePlace(at, path))),
      );
      verdict.holds("SHARE-ONCE", one?.inode === two?.inode, `${path} is there twice`);
    }
    const taken = (await room()) - roomBefore;
    const planned = (plan?.bytesTaken ?? Number.NaN) - (plan?.bytesFreed ?? Number.NaN);
    verdict.holds(
      "SHARE-PLAN",
      taken <= planned + STATE_BYTES_MAX,
      `it took ${taken} bytes, and the plan says ${planned}`,
    );
  },
});

function same(one: readonly string[], two: readonly string[]): boolean {
  return one.join("\n") === two.join("\n");
}
