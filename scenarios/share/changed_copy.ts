/**
 * While a copy is shared, right after one of its files was read for the first time, another tool writes other bytes into it or puts
 * another file in its place.
 *
 * Invariants checked:
 * - The share fails, or every file that it has put into the store has the recorded bytes.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import {
  exists,
  isRefused,
  needsOwnProcess,
  overwriteBytes,
  SHARE_LAYOUTS,
  sharedPlace,
  STORE_VOLUMES,
  wrapFiles,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, filePlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Moving-4bit";

export const changedCopy = scenario({
  name: "share/changed_copy",
  covers: ["SHARE-VERIFIED"],
  goals: ["it was written into", "it was replaced"],
  given: {
    model: anySmallModel({ weightBytesMax: 80, beside: false }),
    from: fc.constantFrom("hubapi", "hf-cache"),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    volume: fc.constantFrom("with links", "with links", "without links", "with clones alone"),
    which: fc.nat(20),
    isWeight: fc.boolean(),
    how: fc.constantFrom("same size", "longer", "replaced"),
  },
  async check({ model, from, layout, volume, which, isWeight, how }, world, verdict) {
    const { files: disk, outside, clock } = world;
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const { directory } = await world.start().download({ repository: REPOSITORY, layout: from });
    const wanted = wantedFiles(model.files);
    const full = wanted.filter(({ bytes }) => bytes.length > 0);
    const weights = full.filter(({ path }) => path.endsWith(".safetensors"));
    const candidates = isWeight && weights.length > 0 ? weights : full;
    const file = candidates[which % candidates.length];
    if (file === undefined) return;
    const entry = filePlace(directory, file.path);
    const data = await disk.realpath(entry);
    const other = Uint8Array.from(file.bytes, (byte) => byte ^ 1);
    const change = async () => {
      clock.advance(2_000);
      if (how === "replaced") {
        const beside = join(outside, "another");
        await writeBytes(disk, beside, other);
        await disk.rename(beside, data);
      } else
        await overwriteBytes(disk, data, how === "longer" ? Buffer.concat([other, other]) : other);
    };
    let isChanged = false;
    const changing = (files: FileSystem) =>
      wrapFiles(files, async ({ operation, path }, next) => {
        const result = await next();
        if (operation !== "close" || ![entry, data].includes(path) || isChanged) return result;
        isChanged = true;
        await change();
        return result;
      });
    const onVolume: { readonly files?: typeof changing } = STORE_VOLUMES[volume]();
    const subject = world.start({ files: (files) => changing(onVolume.files?.(files) ?? files) });
    if (subject.share === undefined) {
      verdict.skip("SHARE-VERIFIED", "it shares nothing");
      return;
    }
    const into = join(outside, "store");
    const store = { repository: REPOSITORY, into, layout } as const;
    const isFailed = await isRefused(async () =>
      subject.share?.({ ...store, from: directory, mayCopy: true, step: "share" }),
    );
    if (!isChanged) return;
    verdict.reached(how === "replaced" ? "it was replaced" : "it was written into");
    const place = await sharedPlace(world, store);
    const there = [];
    for (const one of wanted)
      if (!isFailed || (await exists(disk, filePlace(place, one.path)))) there.push(one);
    const wrong = await wrongFiles(world, place, there);
    verdict.holds("SHARE-VERIFIED", wrong.length === 0, () => `in the store: ${wrong.join(", ")}`);
  },
});
