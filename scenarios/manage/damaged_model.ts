/**
 * A complete model is damaged in one file, or lacks one that its marker no longer names, or another revision of it is asked for.
 *
 * Invariants checked:
 * - `status` answers complete before, and never afterwards.
 * - It names the file and what is wrong with it.
 */
import { join } from "node:path";
import fc from "fast-check";
import { type Marker, MARKER_NAME } from "../../spec/mod.ts";
import { isPlace, markerText, overwriteBytes, writeBytes } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Damaged-4bit";

export const damagedModel = scenario({
  name: "manage/damaged_model",
  covers: ["STATUS-HONEST", "STATUS-ANSWERS"],
  goals: ["other revision", "an earlier file", "an unnamed file"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    other: anySmallModel({ weightBytesMax: 200 }),
    which: fc.nat(20),
    how: fc.constantFrom(
      "other revision",
      "removed",
      "cut",
      "lengthened",
      "asked",
      "other revision",
      "unnamed",
    ),
    isTag: fc.boolean(),
    isEarlier: fc.boolean(),
  },
  async check({ model, other, which, how, isTag, isEarlier }, world, verdict) {
    const { files: disk, hub } = world;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const later = hub.publish(REPOSITORY, other.files, { revision: "v2", tags: ["mlx"] });
    const wanted = wantedFiles(model.files);
    const isChanged = ({ path, bytes }: (typeof wanted)[number]) =>
      other.files.some((one) => one.path === path && !Buffer.from(one.bytes).equals(bytes));
    const choice = how === "other revision" ? wanted.filter(isChanged) : wanted;
    const drawn = choice[which % choice.length];
    const file = how === "unnamed" ? wanted.find((one) => one.path === "config.json") : drawn;
    if (file === undefined) return;
    const { path, bytes } = file;
    const foreign = other.files.find((one) => one.path === path)?.bytes;
    const kept = join(world.outside, "kept");
    // As one that is copied back from a backup with its time.
    if (isEarlier && foreign !== undefined) await writeBytes(disk, kept, foreign);
    world.clock.advance(2_000);
    const subject = world.start();
    await subject.download({ repository: REPOSITORY });
    const directory = modelPlace(world, REPOSITORY);
    const before = await subject.status({ repository: REPOSITORY });
    const isRight = before.state === "complete" && before.commit === commit;
    const { compared } = before.state === "complete" ? before : {};
    const sum = wanted.reduce((total, one) => total + one.bytes.length, 0);
    const full = wanted.filter((one) => one.bytes.length > 0).length;
    const isCounted =
      compared === undefined ||
      (compared.files === wanted.length &&
        compared.bytes === sum &&
        // Who has hashed a file has read its bytes.
        (compared.bytesHashed > 0 || compared.filesHashed <= wanted.length - full));
    verdict.holds("STATUS-ANSWERS", isCounted, () => `it says ${JSON.stringify(compared)}`);
    const isThere = await isPlace(world, before.directory, directory);
    verdict.holds("STATUS-ANSWERS", isRight && isThere, () => `it was ${JSON.stringify(before)}`);
    const place = filePlace(directory, path);
    // A file is changed later than it was downloaded.
    world.clock.advance(2_000);
    let revision = "main";
    let expected: readonly string[] = ["missing"];
    if (how === "removed" || how === "unnamed") {
      await disk.unlink(place);
      if (how === "unnamed" && (await dropFromMarker(world, directory, path)))
        verdict.reached("an unnamed file");
    } else if (how === "asked") revision = isTag ? "v2" : later;
    else if (how === "other revision" && foreign !== undefined) {
      if (isEarlier) {
        await disk.rename(kept, place);
        verdict.reached("an earlier file");
      } else await overwriteBytes(disk, place, foreign);
      expected = foreign.length === bytes.length ? ["hash"] : ["size"];
      verdict.reached("other revision");
    } else {
      const cut = bytes.subarray(0, bytes.length - 1);
      const isCut = how === "cut" && bytes.length > 0;
      await overwriteBytes(disk, place, isCut ? cut : Buffer.concat([bytes, Buffer.of(0)]));
      expected = ["size"];
    }
    const status = await subject.status({ repository: REPOSITORY, revision });
    verdict.holds("STATUS-HONEST", status.state !== "complete", `${path}, ${how}: complete`);
    if (how === "asked" || how === "unnamed") return;
    const faults = status.state === "incomplete" ? status.faults : [];
    const answer = faults.map((fault) => `${fault.path} ${fault.fault}`).join();
    // Two paths of one content may have one copy of it.
    const twins = wanted
      .filter((one) => Buffer.from(one.bytes).equals(bytes))
      .map((one) => one.path);
    const isNamed =
      faults.some((fault) => fault.path === path) &&
      faults.every((fault) => twins.includes(fault.path) && expected.includes(fault.fault));
    verdict.holds("STATUS-ANSWERS", isNamed, `${path} is ${expected.join()}: it says ${answer}`);
  },
});

// Helpers

/** Takes a file off the list of a marker. @returns whether there is one of the spec's format */
async function dropFromMarker(world: World, directory: string, path: string): Promise<boolean> {
  const text = (await markerText(world.files, directory)) ?? "";
  if (!text.startsWith("{")) return false;
  const marker = JSON.parse(text) as Marker;
  const files = marker.files.filter((file) => file.path !== path);
  const rest = Buffer.from(JSON.stringify({ ...marker, files }));
  await writeBytes(world.files, join(directory, MARKER_NAME), rest);
  return files.length < marker.files.length;
}
