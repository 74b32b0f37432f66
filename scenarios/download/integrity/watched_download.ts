/**
 * A reader looks at the model's directory after every single change that a download makes, of a fresh model or an update, which
 * may only take files away.
 *
 * Invariants checked:
 * - At a final path there is nothing or a whole file of the old or the new commit.
 * - No partial data has a name that a search for `*.safetensors` finds.
 * - `config.json` is there only with every weight of its commit; the marker comes last and goes first.
 */
import fc from "fast-check";
import { MARKER_NAME } from "../../../spec/mod.ts";
import { falseMarker, readTree, sha256Hex, type TreeEntry } from "../../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  modelPlace,
  scenario,
  type Verdict,
  wantedFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Watched";

export const watchedDownload = scenario({
  name: "download/watched_download",
  covers: [
    "DL-ATOMIC",
    "DL-PARTIAL-PLACE",
    "DL-CONFIG-LAST",
    "MARK-LAST",
    "MARK-FIRST-OUT",
    "MARK-TRUE",
  ],
  goals: ["an update was watched", "a fresh download was watched"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    isUpdate: fc.boolean(),
    /** What the update only takes away, if it brings nothing. */
    gone: fc.option(
      fc.subarray(["more.safetensors", "onnx/more.safetensors", "more.json"], { minLength: 1 }),
      { freq: 2, nil: undefined },
    ),
    chunkBytes: fc.integer({ min: 400, max: 3000 }),
  },
  world: ({ chunkBytes }) => ({ style: { chunkBytes } }),
  async check({ old: first, next, isUpdate, gone }, world, verdict) {
    const directory = modelPlace(world, REPOSITORY);
    const extra = (gone ?? []).map((path, at) => ({
      path,
      bytes: new Uint8Array(9 + at),
      lfs: true,
    }));
    const old = gone === undefined ? first : { files: [...next.files, ...extra] };
    const versions = isUpdate ? [old, next] : [next];
    if (isUpdate) {
      world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
      await world.start().download({ repository: REPOSITORY });
    }
    world.hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    const files = versions.map((version) => wantedFiles(version.files));
    let wasComplete = false;
    const look = async () => {
      const tree = await readTree(world.files, directory);
      judgeView(tree, files, verdict);
      const falsehood = await falseMarker(world.files, directory);
      verdict.holds("MARK-TRUE", falsehood === undefined, () => `${falsehood}`);
      wasComplete ||=
        tree.some(({ path }) => path === MARKER_NAME) && isWhole(tree, files.at(-1) ?? []);
    };
    await world.start({ look }).download({ repository: REPOSITORY });
    // Between the last look at a program and its end the marker may have come.
    await look();
    verdict.holds("MARK-LAST", wasComplete, "no marker came after the last file");
    verdict.reached(isUpdate ? "an update was watched" : "a fresh download was watched");
  },
});

// Helpers

function judgeView(
  tree: readonly TreeEntry[],
  versions: readonly (readonly ModelFile[])[],
  verdict: Verdict,
): void {
  const finals = new Set(versions.flat().map(({ path }) => path));
  for (const { path, kind, sha256 } of tree) {
    if (kind === "directory") continue;
    if (finals.has(path)) {
      const isKnown = versions
        .flat()
        .some((file) => file.path === path && sha256Hex(file.bytes) === sha256);
      verdict.holds("DL-ATOMIC", isKnown, `${path} holds bytes of no commit`);
    } else {
      verdict.holds(
        "DL-PARTIAL-PLACE",
        !path.endsWith(".safetensors"),
        `${path} is no file of the model`,
      );
    }
  }
  const isAnyWhole = versions.some((files) => isWhole(tree, files));
  const config = tree.find(({ path }) => path === "config.json");
  const isConfigRight =
    config === undefined ||
    versions.some((files) =>
      isWhole(
        tree,
        files.filter(({ path }) => path === "config.json" || path.endsWith(".safetensors")),
      ),
    );
  verdict.holds(
    "DL-CONFIG-LAST",
    isConfigRight,
    "config.json is there, and weights of its commit are not",
  );
  const hasMarker = tree.some(({ path }) => path === MARKER_NAME);
  // With two commits about, a marker beside neither is one that came too early or went too late.
  verdict.holds(
    versions.length === 1 ? "MARK-LAST" : "MARK-FIRST-OUT",
    !hasMarker || isAnyWhole,
    "there is a marker, and no commit is whole",
  );
  verdict.holds("MARK-TRUE", !hasMarker || isAnyWhole, "the marker names files that are not there");
}

function isWhole(tree: readonly TreeEntry[], files: readonly ModelFile[]): boolean {
  return files.every(({ path, bytes }) =>
    tree.some((entry) => entry.path === path && entry.sha256 === sha256Hex(bytes)),
  );
}
