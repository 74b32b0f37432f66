/**
 * A whole commit is asked for, and the hub answers with another one.
 *
 * Invariants checked:
 * - A download that succeeds has the files of the commit that was asked for, and no result names another commit.
 * - A hub that answers with the right commit is believed.
 */
import fc from "fast-check";
import type { Fetch } from "../../../spec/mod.ts";
import { settled } from "../../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Pinned-4bit";

export const pinnedCommit = scenario({
  name: "download/pinned_commit",
  covers: ["DL-PINNED"],
  given: {
    asked: anySmallModel({ weightBytesMax: 64 }),
    other: anySmallModel({ weightBytesMax: 64 }),
    wrong: fc.constantFrom("the description", "the files", "the headers", "nothing"),
  },
  goals: ["the hub named another commit", "a pinned commit was downloaded"],
  async check({ asked, other, wrong }, world, verdict) {
    const { hub } = world;
    const pin = hub.publish(REPOSITORY, asked.files, { tags: ["mlx"] });
    const later = hub.publish(REPOSITORY, other.files, { tags: ["mlx"] });
    let answeredWrong = 0;
    const relay =
      (fetch: Fetch): Fetch =>
      async (url, request) => {
        const isFile = url.includes(`/resolve/${pin}/`);
        const isWrong = wrong === "the description" ? url.endsWith(`/revision/${pin}`) : isFile;
        if (wrong === "nothing" || !isWrong) return await fetch(url, request);
        answeredWrong++;
        if (wrong !== "the headers") return await fetch(url.replace(pin, later), request);
        const response = await fetch(url, request);
        const get = (name: string) =>
          name.toLowerCase() === "x-repo-commit" ? later : response.headers.get(name);
        return { status: response.status, headers: { get }, body: response.body };
      };
    const subject = world.start({ relay });
    const result = await settled(() => subject.download({ repository: REPOSITORY, revision: pin }));
    if (answeredWrong > 0) verdict.reached("the hub named another commit");
    if (wrong === "nothing") {
      verdict.holds("DL-PINNED", result !== undefined, "it refused the commit that it asked for");
      verdict.reached("a pinned commit was downloaded");
    }
    if (result === undefined) return;
    const named = result.commit || pin;
    verdict.holds("DL-PINNED", named === pin, () => `it was asked for ${pin} and names ${named}`);
    // A program may put a commit into a place of its own, which it names.
    const directory = result.directory || modelPlace(world, REPOSITORY);
    const different = await wrongFiles(world, directory, wantedFiles(asked.files));
    verdict.holds("DL-PINNED", different.length === 0, () => `not of ${pin}: ${different[0]}`);
  },
});
