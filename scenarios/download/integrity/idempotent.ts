/**
 * A model that is complete is downloaded again; then something happens to one of its files.
 *
 * Invariants checked:
 * - Downloaded under another name of its commit, it is complete under that one too.
 * - The second run costs at most one request, no file content, no change of the disk, no modification time.
 * - The damaged or missing file is found and fetched again, alone, even where size and time are as before.
 */
import fc from "fast-check";
import {
  contentExchanges,
  observingFiles,
  overwriteBytes,
  readTree,
  settled,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Idempotent";

export const idempotent = scenario({
  name: "download/idempotent",
  covers: ["DL-IDEMPOTENT", "DL-REPAIR-ALONE", "REPAIR-ONLY"],
  given: {
    model: anySmallModel(),
    damage: fc.constantFrom("cut", "grown", "flipped", "emptied", "deleted"),
    at: fc.nat(10),
    /** Whether it is downloaded under another name of the same commit then. */
    isRenamed: fc.constantFrom(false, false, true),
  },
  async check({ model, damage, at, isRenamed }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const byHead = { repository: REPOSITORY, revision: "HEAD" };
    const directory = modelPlace(world, REPOSITORY);
    await verdict.attempt("DL-IDEMPOTENT", () =>
      world.start().download({ repository: REPOSITORY }),
    );
    // Not every client takes the name that git has for the default branch.
    const isHead = isRenamed && (await settled(() => world.start().download(byHead))) !== undefined;
    const request = isHead ? byHead : { repository: REPOSITORY };
    const before = JSON.stringify(await readTree(world.files, world.root));
    world.hub.clearLog();
    let changes = 0;
    const watch = async () => {
      changes++;
    };
    await verdict.attempt("DL-IDEMPOTENT", () =>
      world
        .start(world.kind === "process" ? {} : { files: (disk) => observingFiles(disk, watch) })
        .download(request),
    );
    verdict.holds(
      "DL-IDEMPOTENT",
      world.hub.log.length <= 1,
      () => `${world.hub.log.length} requests were made`,
    );
    verdict.holds("DL-IDEMPOTENT", changes === 0, () => `the disk was changed ${changes} times`);
    verdict.holds(
      "DL-IDEMPOTENT",
      JSON.stringify(await readTree(world.files, world.root)) === before,
      "the tree is another",
    );

    const files = wantedFiles(model.files);
    const victim = files.filter(({ bytes }) => bytes.length > 1)[at % 4] ?? files[0];
    if (victim === undefined) return;
    const place = filePlace(directory, victim.path);
    // A file is changed later than it was downloaded: what looks untouched is `VERIFY-ROT`.
    world.clock.advance(2_000);
    if (damage === "deleted") await world.files.unlink(place);
    if (damage === "cut") await overwriteBytes(world.files, place, victim.bytes.subarray(0, -1));
    if (damage === "grown")
      await overwriteBytes(world.files, place, new Uint8Array([...victim.bytes, 0]));
    if (damage === "emptied") await overwriteBytes(world.files, place, new Uint8Array());
    if (damage === "flipped")
      await overwriteBytes(
        world.files,
        place,
        victim.bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
      );
    world.hub.clearLog();
    await verdict.attempt("DL-REPAIR-ALONE", () => world.start().download(request));
    const wrong = await wrongFiles(world, directory, files);
    verdict.holds("DL-REPAIR-ALONE", wrong.length === 0, wrong.join(", "));
    const sent = contentExchanges(world.hub.log).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    verdict.holds(
      "DL-REPAIR-ALONE",
      sent <= victim.bytes.length,
      `${sent} bytes were sent for ${victim.bytes.length}`,
    );
    verdict.holds(
      "REPAIR-ONLY",
      sent <= victim.bytes.length,
      `${sent} bytes were sent for ${victim.bytes.length}`,
    );
  },
});
