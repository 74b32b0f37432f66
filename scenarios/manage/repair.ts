/**
 * Any set of a model's files is damaged; `verify` finds it, and the next download repairs it.
 *
 * Invariants checked:
 * - Only damaged files are asked for, and no more bytes are sent than they have.
 * - Afterwards everything is right again.
 */
import fc from "fast-check";
import {
  contentBytes,
  contentExchanges,
  exists,
  overwriteBytes,
  sha256Hex,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Repair-4bit";

export const repair = scenario({
  name: "manage/repair",
  covers: ["REPAIR-ONLY", "DL-REPAIR-ALONE", "VERIFY-ROT"],
  goals: ["something was fetched again"],
  given: {
    model: anySmallModel(),
    damages: fc.uniqueArray(
      fc.record({ which: fc.nat(20), how: fc.constantFrom("removed", "cut", "flipped", "longer") }),
      { selector: ({ which }) => which, minLength: 1, maxLength: 4 },
    ),
    lfsFiles: fc.constantFrom("cdn" as const, "direct" as const),
  },
  world: ({ lfsFiles }) => ({ style: { lfsFiles, chunkBytes: 256 } }),
  async check({ model, damages }, world, verdict) {
    const { files: disk, hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const request = { repository: REPOSITORY };
    await subject.download(request);
    const directory = modelPlace(world, REPOSITORY);
    const wanted = wantedFiles(model.files);
    world.clock.advance(2_000);
    const damaged = new Map<string, Uint8Array>();
    for (const { which, how } of damages) {
      const file = wanted[which % wanted.length];
      if (file === undefined || damaged.has(file.path)) continue;
      const { path, bytes } = file;
      const place = filePlace(directory, path);
      // What was never written cannot be damaged: layout/required_files judges that.
      if (!(await exists(disk, place))) continue;
      const half = bytes.length >> 1;
      const flipped = bytes.map((byte, at) => (at === half ? byte ^ 4 : byte));
      if (how === "removed" || bytes.length === 0) await disk.unlink(place);
      else if (how === "cut") await overwriteBytes(disk, place, bytes.subarray(0, half));
      else if (how === "flipped") await overwriteBytes(disk, place, flipped);
      else await overwriteBytes(disk, place, Buffer.concat([bytes, bytes]));
      damaged.set(path, bytes);
    }
    const { state } = await subject.verify(request);
    verdict.holds("VERIFY-ROT", state === "incomplete", `verify answers ${state}`);
    hub.clearLog();
    await verdict.attempt("DL-REPAIR-ALONE", () => subject.download(request));
    const hashes = [...damaged.values()].map((bytes) => sha256Hex(bytes));
    for (const { kind, file, path } of contentExchanges(hub.log)) {
      // The content network knows a file by its hash alone.
      const bytes = wanted.find((one) => one.path === file)?.bytes ?? new Uint8Array();
      // Two paths of one content may have one copy of it.
      const isDamaged =
        kind === "cdn"
          ? hashes.some((hash) => path.includes(hash))
          : hashes.includes(sha256Hex(bytes));
      verdict.holds("REPAIR-ONLY", isDamaged, `${file ?? path} was right and was asked for`);
    }
    const sent = contentBytes(hub.log);
    const lost = [...damaged.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    verdict.holds("REPAIR-ONLY", sent <= lost, `${sent} bytes were sent for ${lost}`);
    if (sent > 0) verdict.reached("something was fetched again");
    const wrong = await wrongFiles(world, directory, wanted);
    verdict.holds("DL-REPAIR-ALONE", wrong.length === 0, wrong.join(", "));
  },
});
