/**
 * A symbolic link in the root leads out of it: above the model's directory, in it, or at a file's own place.
 *
 * Invariants checked:
 * - Nothing is written through it, at any time: the download is refused, or the link is replaced.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import {
  changesOutside,
  makeDirectories,
  readTree,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/LinksOut";
const NESTED = { path: "sub/extra.json", bytes: new TextEncoder().encode(`{"a":1}`), lfs: false };
const OWN = "config.json";

const KINDS = {
  above: "a link above the model's directory",
  within: "a link at a directory in it",
  file: "a link at a file's place",
};

export const linksOut = scenario({
  name: "layout/links_out",
  covers: ["LAYOUT-ROOT-ONLY"],
  // So that even a few cases try each kind of place.
  goals: Object.values(KINDS),
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    link: fc.constantFrom(
      "models",
      "models/mlx-community",
      "model",
      "sub",
      ".cache",
      ".cache/huggingface",
      "config.json",
      ".downloaded",
    ),
    isThere: fc.boolean(),
  },
  async check({ model, link, isThere }, world, verdict) {
    const files = [...model.files, NESTED];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const place = link.startsWith("models")
      ? filePlace(world.root, link)
      : link === "model"
        ? directory
        : filePlace(directory, link);
    // The user's own file: the one that a link to a file leads to, or one of the same name behind a directory.
    const own = join(world.outside, OWN);
    if (isThere) await writeBytes(world.files, own, new TextEncoder().encode("mine"));
    const isFileLink = link === OWN || link === ".downloaded";
    verdict.reached(
      isFileLink ? KINDS.file : link.startsWith("model") ? KINDS.above : KINDS.within,
    );
    await makeDirectories(world.files, dirname(place));
    await world.files.symlink(isFileLink ? own : world.outside, place);
    const before = JSON.stringify(await readTree(world.files, world.outside));
    const changes = changesOutside(world);
    const result = await settled(() =>
      world.start(changes.start).download({ repository: REPOSITORY }),
    );
    const id = "LAYOUT-ROOT-ONLY";
    verdict.holds(id, changes.found.length === 0, () => changes.found.slice(0, 3).join(", "));
    const after = JSON.stringify(await readTree(world.files, world.outside));
    verdict.holds(id, after === before, () => `outside there is ${after}`);
    if (result === undefined) return;
    const wrong = await wrongFiles(world, directory, wantedFiles(files));
    verdict.holds(id, wrong.length === 0, wrong.join(", "));
  },
});
