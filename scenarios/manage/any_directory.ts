/**
 * Somebody asks about a directory of any kind: absent, empty, copied by hand, half downloaded, made by another tool.
 *
 * Invariants checked:
 * - The answer is incomplete with what is wrong, or unknown with why; and never complete, as nothing vouches for the files.
 * - It never says that nothing is there where files are.
 */
import { join } from "node:path";
import fc from "fast-check";
import { MARKER_NAME, METADATA_DIRECTORY } from "../../spec/mod.ts";
import {
  contentEtag,
  exists,
  hubCachePaths,
  inHubapi,
  keptBytes,
  makeDirectories,
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

const REPOSITORY = "mlx-community/AnyDirectory";
const KINDS = [
  "absent",
  "empty",
  "by hand",
  "other client",
  "interrupted",
  "other source",
] as const;

export const anyDirectory = scenario({
  name: "manage/any_directory",
  covers: ["STATUS-ANSWERS", "STATUS-HONEST"],
  goals: ["a download was interrupted"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    kind: fc.constantFrom(...KINDS, "interrupted" as const),
    lacking: fc.nat(20),
    isWhole: fc.boolean(),
    nth: fc.integer({ min: 1, max: 60 }),
    isCached: fc.boolean(),
  },
  async check({ model, kind, lacking, isWhole, nth, isCached: isDrawn }, world, verdict) {
    const { files: disk } = world;
    const isCached = isDrawn && kind === "interrupted" && world.kind !== "process";
    const request = {
      repository: REPOSITORY,
      ...(isCached ? ({ layout: "hf-cache" } as const) : inHubapi(world)),
    };
    const directory = modelPlace(world, REPOSITORY, request);
    const commit = world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const wanted = wantedFiles(model.files);
    const place = isCached
      ? join(hubCachePaths(world.root, REPOSITORY).snapshots, commit)
      : directory;
    const gone = isWhole ? undefined : wanted[lacking % wanted.length]?.path;
    const write = (path: string, bytes: Uint8Array) =>
      writeBytes(disk, filePlace(directory, path), bytes);
    if (kind === "empty") await makeDirectories(disk, directory);
    if (kind === "by hand" || kind === "other client") {
      // As a desktop leaves it beside anything.
      if (nth % 2 === 0) await write(".DS_Store", new Uint8Array(8));
      for (const file of wanted) {
        if (file.path !== gone) await write(file.path, file.bytes);
        if (kind !== "other client") continue;
        const text = `${commit}\n${contentEtag(file)}\n1795411132.5\n`;
        await write(`${METADATA_DIRECTORY}/${file.path}.metadata`, new TextEncoder().encode(text));
      }
    }
    if (kind === "interrupted") {
      const at = { at: "operation", nth } as const;
      const isDead = await killDownload(world, request, { at });
      if (isDead) verdict.reached("a download was interrupted");
      // It may have died with nothing left to do but to tidy up.
      if (!isDead || (await exists(disk, filePlace(place, MARKER_NAME)))) return;
    }
    if (kind === "other source") {
      const elsewhere = "mlx-community/Elsewhere";
      world.hub.publish(elsewhere, model.files, { tags: ["mlx"] });
      await world.start().download({ ...request, repository: elsewhere });
      await disk.rename(modelPlace(world, elsewhere, request), directory);
    }
    const status = await verdict.attempt("STATUS-ANSWERS", () => world.start().status(request));
    const { state } = status;
    // In the hub's cache the listing of a commit vouches for what is hashed.
    const isVouched = isCached && (await wrongFiles(world, place, wanted)).length === 0;
    const isFalse = state === "complete" && !isVouched;
    verdict.holds("STATUS-HONEST", !isFalse, `${kind}: it answers complete`);
    const isOfIt = isCached || status.directory === directory;
    verdict.holds("STATUS-ANSWERS", isOfIt, `it is of ${status.directory}`);
    const says = state === "incomplete" ? status.faults : state === "unknown" ? status.why : "";
    verdict.holds("STATUS-ANSWERS", says.length > 0, `${kind}: ${state}, without what is wrong`);
    const isDenied = state === "incomplete" && status.notDownloaded === true;
    const hasFiles =
      ["by hand", "other client", "other source"].includes(kind) ||
      (kind === "interrupted" && (await keptBytes(world, directory, wanted)) > 0);
    verdict.holds("STATUS-ANSWERS", !(isDenied && hasFiles), `${kind}: nothing of it is there`);
    const isEmpty = kind === "absent" || kind === "empty";
    verdict.holds("STATUS-ANSWERS", !isEmpty || state === "incomplete", `${kind}: ${state}`);
  },
});
