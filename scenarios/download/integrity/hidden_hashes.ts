/**
 * A mirror lists no hashes, or masks those of large files, and a branch moves to a commit some files of which are other ones of the
 * same size.
 *
 * Invariants checked:
 * - After the second download every file is of the second commit; a third one leaves it so, and fetches only what is gone.
 * - Who takes no bytes without a stated hash, and says so, is not judged.
 */
import fc from "fast-check";
import { asFailure, changedListing, contentBytes, errorOf } from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  tinyLlama,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/HiddenHashes";
const PROBE = "mlx-community/HiddenProbe";

export const hiddenHashes = scenario({
  name: "download/hidden_hashes",
  covers: ["DL-NEW-COMMIT", "DL-REPAIR-ALONE"],
  goals: ["a file changed and kept its size"],
  given: {
    model: anySmallModel(),
    changed: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
    byte: fc.nat(),
    hidden: fc.constantFrom("absent", "masked", "empty"),
    isBefore: fc.boolean(),
    sendLinkedHeaders: fc.boolean(),
    isNewProcess: fc.boolean(),
    /** A file that is removed by hand before the third download. */
    gone: fc.option(fc.nat(20), { nil: undefined }),
    // In the hub's cache the hash is the content's name.
    layout: fc.constantFrom(undefined, undefined, "lmstudio" as const),
  },
  world: ({ sendLinkedHeaders }) => ({ style: { sendLinkedHeaders } }),
  async check(
    { model, changed, byte, hidden, isBefore, isNewProcess, gone, layout },
    world,
    verdict,
  ) {
    const { hub } = world;
    const id = "DL-NEW-COMMIT";
    const wanted = wantedFiles(model.files).filter(({ bytes }) => bytes.length > 0);
    const paths = new Set(changed.map((at) => wanted[at % wanted.length]?.path));
    const next = model.files.map((file) => {
      if (!paths.has(file.path)) return file;
      const bytes = Uint8Array.from(file.bytes);
      // What was a letter stays one.
      bytes[byte % bytes.length] = (bytes[byte % bytes.length] ?? 0) ^ 1;
      return { ...file, bytes };
    });
    const request = { repository: REPOSITORY, ...(layout !== undefined && { layout }) };
    let isHidden = isBefore;
    const start = () =>
      world.start({
        relay: (fetch) =>
          changedListing(fetch, (entry) => (isHidden ? masked(entry, hidden) : entry)),
      });
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    let subject = start();
    const isTaken = await takesUnverified(world, (entry) => masked(entry, hidden));
    if (!isTaken) {
      for (const one of [id, "DL-REPAIR-ALONE"] as const)
        verdict.skip(one, "it takes nothing whose hash is not stated");
      return;
    }
    await verdict.attempt(id, () => subject.download(request));
    isHidden = true;
    hub.publish(REPOSITORY, next, { tags: ["mlx"] });
    verdict.reached("a file changed and kept its size");
    const own = modelPlace(world, REPOSITORY, layout && { layout });
    for (const time of ["second", "third"]) {
      if (isNewProcess) subject = start();
      const isGone = time === "third" && gone !== undefined;
      const lost = isGone ? wanted[gone % wanted.length] : undefined;
      if (lost !== undefined) await world.files.unlink(filePlace(own, lost.path));
      hub.clearLog();
      await verdict.attempt(id, () => subject.download(request));
      const wrong = await wrongFiles(world, own, wantedFiles(next));
      verdict.holds(id, wrong.length === 0, () => `after the ${time} download ${wrong.join(", ")}`);
      if (time === "second") continue;
      const fetched = contentBytes(hub.log);
      // Some ask for a file's first byte to learn its size.
      const most = (lost?.bytes.length ?? 0) + model.files.length;
      verdict.holds(
        "DL-REPAIR-ALONE",
        fetched <= most,
        `${fetched} bytes were fetched for ${most}`,
      );
    }
  },
});

/** Whether a model is taken at all of which the hub states no hash: another one is asked for, in the usual form. */
async function takesUnverified(
  world: World,
  mask: Parameters<typeof changedListing>[1],
): Promise<boolean> {
  world.hub.publish(PROBE, tinyLlama().files, { tags: ["mlx"] });
  const subject = world.start({ relay: (fetch) => changedListing(fetch, mask) });
  const error = await errorOf(() => subject.download({ repository: PROBE }));
  return asFailure(error)?.code !== "integrity";
}

/** An entry of a listing without what identifies the content. */
function masked(
  entry: Readonly<Record<string, unknown>>,
  how: string,
): Readonly<Record<string, unknown>> {
  const { oid: _, lfs, ...rest } = entry;
  const stated = typeof lfs === "object" && lfs !== null ? lfs : undefined;
  const none = how === "absent" ? {} : { oid: how === "masked" ? "*".repeat(64) : "" };
  if (stated === undefined) return { ...rest, ...none };
  const { oid: __, ...size } = stated as Record<string, unknown>;
  return { ...rest, ...none, lfs: { ...size, ...none } };
}
