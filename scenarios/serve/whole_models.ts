/**
 * Models lie in the root and in the hub's own cache: whole ones, and ones that are cut, damaged, interrupted or lack a file, that a user
 * has copied there without any record, or whose record is of another repository; beside them
 * a model of the same name of somebody else, or a whole copy of the same one, and in their directories perhaps a link of somebody else
 * that leads nowhere. The machine serves what it has, while what it has changes.
 *
 * Invariants checked:
 * - A whole model is described, listed and sent, as long as it is whole; of any other nothing is answered but 404, and so of one of which
 *   nothing says what its bytes must be.
 * - A neighbour is answered as itself, and a whole copy whatever the other one is.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ModelServer } from "../../spec/mod.ts";
import {
  askServer,
  beginServing,
  exists,
  overwriteBytes,
  readBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  scenario,
  tinyLlama,
  type Verdict,
} from "../../harness/mod.ts";
import {
  BY_HAND,
  layoutOf,
  placeNamesake,
  placeOffered,
  REPOSITORY,
  rewriteListing,
} from "./place_offered.ts";

const REVISION = "main";
/** Within it a look at the disk may be remembered. */
const PAUSE_MS = 5_000;
/** Of a snapshot without a listing only the index says which weights there must be. */
const INDEXED = tinyLlama({ seed: 5, shards: 2, index: true });

export const wholeModels = scenario({
  name: "serve/whole_models",
  covers: ["SERVE-WHOLE"],
  goals: [
    "a whole one",
    "a damaged one",
    "one of another client",
    "another one beside",
    "it changed",
    "one that nothing is recorded of",
  ],
  given: {
    model: anySmallModel(),
    hasIndex: fc.constantFrom(true, true, true, false),
    state: fc.constantFrom(
      "whole",
      "whole",
      "whole",
      "whole",
      "cut",
      "one byte",
      "one byte",
      "one byte",
      "lacks a file",
      "interrupted",
      "absent",
      "another's",
      "another's",
    ),
    writer: fc.constantFrom(
      "hubapi",
      "lmstudio",
      "hf-cache",
      "another client",
      "another client",
      "another client",
      "another client, listed",
      BY_HAND,
    ),
    which: fc.nat(20),
    beside: fc.constantFrom("nothing", "a namesake", "a whole copy"),
    isLater: fc.boolean(),
    isPutRight: fc.constantFrom(true, true, false),
    hasDeadLink: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { state, which, beside, isLater, isPutRight, hasDeadLink } = given;
    // Under the name of a repository only a directory can have the record of another one.
    const isOthers = state === "another's" && given.writer !== "lmstudio";
    const writer = isOthers ? "hubapi" : given.writer;
    const model = writer === "another client" && given.hasIndex ? INDEXED : given.model;
    const { files: disk } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = await placeOffered(world, { writer, state, files: model.files });
    // Without a listing the links themselves say what there is of a snapshot.
    if (hasDeadLink && writer !== "another client" && (await exists(disk, directory)))
      await disk.symlink("nowhere", join(directory, "a link"));
    const isForeign = writer.startsWith("another");
    if (isForeign) verdict.reached("one of another client");
    const file = damageable(model.files, which);
    const data = async () => disk.realpath(filePlace(directory, file.path));
    // A later time: with size and time as they were only a verification finds it.
    world.clock.advance(5_000);
    if (state === "cut") {
      const path = await data();
      await overwriteBytes(disk, path, (await readBytes(disk, path)).subarray(1));
    } else if (state === "one byte") {
      const path = await data();
      const bytes = Uint8Array.from(await readBytes(disk, path));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await overwriteBytes(disk, path, bytes);
    } else if (state === "lacks a file") await disk.unlink(filePlace(directory, "config.json"));
    const namesake = beside === "a namesake" ? await placeNamesake(world, model.files) : undefined;
    // Another client's is a cache of its own kind, in which a snapshot of another commit lies beside.
    const hasCopy = beside === "a whole copy" && !isForeign && writer !== "hf-cache";
    if (hasCopy)
      await placeOffered(world, { writer: "another client", state: "whole", files: model.files });
    const server = await beginServing(world.start(), verdict, { covers: ["SERVE-WHOLE"] });
    if (server === undefined) return;
    const court = { server, verdict, file: model.files[0]?.path ?? "" };
    const isRecorded = writer !== BY_HAND;
    const isWhole = state === "whole" && isRecorded;
    if (!isRecorded) verdict.reached("one that nothing is recorded of");
    verdict.reached(isWhole ? "a whole one" : "a damaged one");
    const shown = `a model (${state}, ${writer}), with ${hasCopy ? "a whole copy" : "nothing"} beside,`;
    await judge({ ...court, isOffered: isWhole || hasCopy, shown });
    if (hasCopy || namesake !== undefined) verdict.reached("another one beside");
    if (namesake !== undefined)
      await judge({ ...court, ...namesake, isOffered: true, shown: "a namesake" });
    if (!isLater) return;
    // As by a backup: names, sizes and the record stay as they are.
    const isByHand = state === "one byte" && isPutRight && isRecorded;
    world.clock.advance(PAUSE_MS);
    if (isByHand) await overwriteBytes(disk, await data(), file.bytes);
    else if (isForeign) {
      if (await rewriteListing(world)) {
        world.clock.advance(PAUSE_MS);
        const shown = `a model (${state}, ${writer}), once its listing was written anew,`;
        await judge({ ...court, isOffered: isWhole, shown });
      }
      return;
    }
    const request = { repository: REPOSITORY, layout: layoutOf(writer) } as const;
    if (isWhole) await world.start().remove(request);
    else if (!isByHand) await world.start().download(request);
    world.clock.advance(PAUSE_MS);
    const change = isWhole ? "it was removed" : isByHand ? "it was put right" : "it became whole";
    await judge({
      ...court,
      isOffered: !isWhole || hasCopy,
      shown: `a model (${writer}), once ${change},`,
    });
    verdict.reached("it changed");
  },
});

// Helpers

/** Asks everything about a model. */
async function judge(about: {
  readonly server: ModelServer;
  readonly verdict: Verdict;
  readonly repository?: string;
  readonly commit?: string;
  readonly file: string;
  readonly isOffered: boolean;
  readonly shown: string;
}): Promise<void> {
  const { server, verdict, repository = REPOSITORY, commit, file, isOffered, shown } = about;
  const targets = [
    `/api/models/${repository}`,
    `/api/models/${repository}/revision/${REVISION}`,
    `/api/models/${repository}/tree/${REVISION}`,
    `/${repository}/resolve/${REVISION}/${file}`,
  ];
  for (const target of targets) {
    const { status, bytes } = await askServer(server, { target });
    verdict.holds(
      "SERVE-WHOLE",
      status === (isOffered ? 200 : 404),
      `of ${shown} ${target} is answered by ${status}`,
    );
    if (commit === undefined || target !== targets[0]) continue;
    const { sha } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { readonly sha?: unknown };
    verdict.holds("SERVE-WHOLE", sha === commit, `${target} is answered by another model`);
  }
}

/** The file that is damaged: one that has bytes, and that no other one shares its content with. */
function damageable(files: readonly ModelFile[], which: number): ModelFile {
  const large = files.filter(
    ({ path, bytes }) => path.endsWith(".safetensors") && bytes.length > 8,
  );
  const file = large[which % large.length] ?? files[0];
  if (file === undefined) throw new RangeError("a model has files");
  return file;
}
