/**
 * Somebody asks for the state of a model that is complete, was never there, was interrupted, damaged, or came otherwise.
 *
 * Invariants checked:
 * - The answer is complete, incomplete with what is wrong, or unknown with why; and complete only when it is.
 * - No question uses the network, and the damaged file is named.
 */
import { join } from "node:path";
import fc from "fast-check";
import { MARKER_NAME } from "../../spec/mod.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  modelPlace,
  overwriteBytes,
  scenario,
  wantedFiles,
  writeBytes,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Status";
const STORIES = [
  "complete",
  "absent",
  "interrupted",
  "cut",
  "grown",
  "deleted",
  "flipped",
  "by hand",
  "other revision",
  "foreign marker",
] as const;

export const statusAnswers = scenario({
  name: "manage/status_answers",
  covers: ["STATUS-ANSWERS", "STATUS-HONEST", "STATUS-LOCAL", "MARK-FOREIGN", "VERIFY-ROT"],
  weight: 2,
  goals: STORIES,
  given: {
    model: anySmallModel(),
    story: fc.constantFrom(...STORIES),
    at: fc.nat(10),
    nth: fc.integer({ min: 10, max: 40 }),
    marker: fc.constantFrom(
      "",
      "done",
      "{}",
      `{"format":"mlx-layout/1"}`,
      `{"format":"other/1","files":[]}`,
    ),
  },
  async check({ model, story, at, nth, marker }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    const files = wantedFiles(model.files);
    const isByHand = story === "by hand" || story === "foreign marker";
    if (isByHand)
      for (const { path, bytes } of files)
        await writeBytes(world.files, filePlace(directory, path), bytes);
    else if (story === "interrupted")
      await killDownload(world, request, { at: { at: "operation", nth } });
    else if (story !== "absent") await world.start().download(request);
    if (story === "foreign marker")
      await writeBytes(world.files, join(directory, MARKER_NAME), new TextEncoder().encode(marker));
    const victim = files.filter(({ bytes }) => bytes.length > 1)[at % 4] ?? files[0];
    if (victim === undefined) return;
    const place = filePlace(directory, victim.path);
    world.clock.advance(5000);
    if (story === "cut") await overwriteBytes(world.files, place, victim.bytes.subarray(1));
    if (story === "grown")
      await overwriteBytes(world.files, place, new Uint8Array([...victim.bytes, 1]));
    if (story === "flipped")
      await overwriteBytes(
        world.files,
        place,
        victim.bytes.map((byte, index) => (index === 0 ? byte ^ 255 : byte)),
      );
    if (story === "deleted") await world.files.unlink(place);
    verdict.reached(story);
    world.hub.clearLog();
    const subject = world.start();
    const asked = story === "other revision" ? { ...request, revision: "v9.9" } : request;
    const status = await verdict.attempt("STATUS-ANSWERS", () => subject.status(asked));
    const verified = await verdict.attempt("VERIFY-ROT", () => subject.verify(asked));
    await verdict.attempt("STATUS-LOCAL", () =>
      Promise.all([subject.locate(request), subject.list()]),
    );
    verdict.holds("STATUS-LOCAL", world.hub.log.length === 0, "the network was used");
    verdict.holds(
      "STATUS-ANSWERS",
      ["complete", "incomplete", "unknown"].includes(status.state),
      status.state,
    );
    verdict.holds(
      "STATUS-ANSWERS",
      status.state !== "incomplete" || status.faults.length > 0,
      "it is incomplete, and nothing is wrong",
    );
    verdict.holds(
      "STATUS-ANSWERS",
      status.state !== "unknown" || status.why !== "",
      "it is unknown, and does not say why",
    );
    const isRight = (await wrongFiles(world, directory, files)).length === 0;
    if (story === "complete")
      verdict.holds("STATUS-ANSWERS", status.state === "complete", `it is ${status.state}`);
    const mustNotBe = !isRight || story === "other revision";
    verdict.holds(
      "STATUS-HONEST",
      !mustNotBe || status.state !== "complete",
      `${story}: it is complete`,
    );
    verdict.holds(
      "VERIFY-ROT",
      isRight || verified.state !== "complete",
      `${story}: verify says complete`,
    );
    if (isByHand)
      verdict.holds(
        "MARK-FOREIGN",
        status.state !== "complete",
        `a marker "${marker}" made it complete`,
      );
    if (["cut", "grown", "deleted", "flipped"].includes(story)) {
      const names = verified.state === "incomplete" ? verified.faults.map(({ path }) => path) : [];
      verdict.holds(
        "VERIFY-ROT",
        names.includes(victim.path),
        `${victim.path} is not named in ${names.join()}`,
      );
    }
  },
});
