/**
 * A model is downloaded in one revision, damaged, repaired, and downloaded in others, some of which are killed on the way; other tools
 * have left files of their own.
 *
 * Invariants checked:
 * - No weight file that only the earlier revision had is left.
 * - What other tools left is still there, unchanged, and is not mistaken for weights.
 */
import fc from "fast-check";
import {
  appleDouble,
  doesOperation,
  HEAD,
  readTree,
  sha256Hex,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/RevisionSwitch";
const FOREIGN = [
  ".DS_Store",
  "._model.safetensors",
  "._config.json",
  "onnx/._model.safetensors",
  "notes.txt",
  ".cache/other/state.bin",
];

export const revisionSwitch = scenario({
  name: "layout/revision_switch",
  covers: ["LAYOUT-STRAYS", "LAYOUT-FOREIGN"],
  goals: ["an earlier weight file had to go"],
  given: {
    versions: fc.oneof(
      fc.array(anySmallModel(), { minLength: 2, maxLength: 3 }),
      fc.array(anySmallModel({ weightBytesMax: 64 }), { minLength: 4, maxLength: 4 }),
    ),
    /** At which changes of the disk downloads between the first and the last are killed. */
    kills: fc.oneof(
      { arbitrary: fc.constant([]), weight: 1 },
      // The first one mostly while it publishes, the second one mostly before that.
      {
        arbitrary: fc.tuple(fc.integer({ min: 50, max: 110 }), fc.integer({ min: 15, max: 60 })),
        weight: 2,
      },
    ),
    foreign: fc.uniqueArray(fc.constantFrom(...FOREIGN), { minLength: 1 }),
    // Names that every runtime's own patterns take.
    extra: fc.constantFrom("model/extra.safetensors", "model-old.safetensors"),
  },
  async check({ versions, kills, foreign: others, extra }, world, verdict) {
    const directory = modelPlace(world, REPOSITORY);
    // In the hub's cache each commit has a directory of its own, which nobody else knows before it is there.
    const isShared = !directory.endsWith(HEAD);
    const foreign = isShared ? others : [];
    if (!isShared) verdict.skip("LAYOUT-FOREIGN", "each commit has a directory of its own");
    const bytes = appleDouble();
    for (const path of foreign) await writeBytes(world.files, filePlace(directory, path), bytes);
    for (const [at, { files }] of versions.entries()) {
      // Each version but the last has a weight file of its own.
      const path = at === 0 ? extra : `only-${at}.safetensors`;
      const isLast = at === versions.length - 1;
      const only = { path, bytes: new Uint8Array(20).fill(7 + at), lfs: true };
      const own = isLast ? files : [...files, only];
      world.hub.publish(REPOSITORY, own, { tags: ["mlx"] });
      const killAt = at === 0 || isLast ? undefined : kills[at - 1];
      if (killAt !== undefined) {
        const died = { at: "operation", nth: killAt } as const;
        await killDownload(world, { repository: REPOSITORY }, { at: died });
        continue;
      }
      const subject = world.start();
      await verdict.attempt("LAYOUT-STRAYS", () => subject.download({ repository: REPOSITORY }));
      // A repair is a download too.
      if (at === 0) await world.files.unlink(filePlace(directory, "config.json"));
      await verdict.attempt("LAYOUT-FOREIGN", () => subject.download({ repository: REPOSITORY }));
      const tree = await readTree(world.files, directory);
      const strays = tree.filter(
        ({ path }) =>
          path.endsWith(".safetensors") &&
          !foreign.includes(path) &&
          !own.some((file) => file.path === path),
      );
      verdict.holds("LAYOUT-STRAYS", strays.length === 0, () => `${strays[0]?.path} is left`);
      if (at > 0) verdict.reached("an earlier weight file had to go");
      const wrong = await wrongFiles(world, directory, wantedFiles(own));
      verdict.holds("LAYOUT-STRAYS", wrong.length === 0, wrong.join(", "));
      const hash = sha256Hex(bytes);
      const gone = foreign.filter(
        (path) => !tree.some((entry) => entry.path === path && entry.sha256 === hash),
      );
      verdict.holds("LAYOUT-FOREIGN", gone.length === 0, `${gone.join()} was removed or changed`);
      if (!doesOperation(world, "status") || !doesOperation(world, "check")) continue;
      const { state } = await subject.status({ repository: REPOSITORY });
      verdict.holds("LAYOUT-FOREIGN", state !== "incomplete", `status answers ${state}`);
      const { weightFiles } = await subject.check({ repository: REPOSITORY });
      const taken = weightFiles.filter((path) => foreign.includes(path));
      verdict.holds(
        "LAYOUT-FOREIGN",
        taken.length === 0,
        `${taken.join()} is mistaken for weights`,
      );
    }
  },
});
