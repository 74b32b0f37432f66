/**
 * The history of a branch was rewritten: the hub still names a commit that is gone, for the first question or for good.
 *
 * Invariants checked:
 * - The branch is resolved once more, and the download ends with the files of the commit that is there.
 * - What was reported as done is not taken back when the download starts anew.
 * - Where the hub never names another one, it is an error after a few questions.
 */
import fc from "fast-check";
import type { Fetch, Progress } from "../../../spec/mod.ts";
import { hasCapability, settled } from "../../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Stale-4bit";
/** A commit that no repository has. */
const GONE = "badc0ffee0".repeat(4);
const QUESTIONS_MAX = 3;

export const staleCommit = scenario({
  name: "download/stale_commit",
  covers: ["DL-STALE", "DL-PROGRESS"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    missing: fc.constantFrom("the listing", "the files", "one file"),
    isForGood: fc.boolean(),
  },
  goals: ["the branch was resolved again", "the commit stayed away"],
  async check({ model, missing, isForGood }, world, verdict) {
    const { hub } = world;
    // Its configuration is another one, so that it is not kept when the download starts anew.
    const others = model.files.map((file) =>
      file.path === "config.json"
        ? { ...file, bytes: Buffer.concat([file.bytes, Buffer.from(" ")]) }
        : file,
    );
    const earlier = hub.publish(REPOSITORY, others, { tags: ["mlx"] });
    const stale = missing === "one file" ? earlier : GONE;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    let questions = 0;
    const relay =
      (fetch: Fetch): Fetch =>
      async (url, request) => {
        const { pathname } = new URL(url);
        if (/^\/api\/models\/[^/]+\/[^/]+(?:\/revision\/.*)?$/.test(pathname)) {
          questions++;
          const response = await fetch(url, request);
          if (questions > 1 && !isForGood) return response;
          const chunks: Uint8Array[] = [];
          for await (const chunk of response.body ?? []) chunks.push(chunk);
          const text = Buffer.concat(chunks).toString();
          const body = (async function* () {
            yield new TextEncoder().encode(text.replaceAll(commit, stale));
          })();
          return { status: response.status, headers: response.headers, body };
        }
        const isListing = missing === "the files" && pathname.includes(`/tree/${GONE}`);
        if (isListing) return fetch(url.replace(GONE, commit), request);
        // The others are still in some cache.
        const isGone = missing === "one file" && pathname.endsWith(".safetensors");
        return fetch(isGone ? url.replace(earlier, GONE) : url, request);
      };
    const reports: Progress[] = [];
    const onProgress = (progress: Progress) => reports.push(progress);
    const isReporting = hasCapability(world, "progress");
    if (!isReporting) verdict.skip("DL-PROGRESS", "it reports no progress");
    const options = isReporting ? { onProgress } : {};
    const download = () => world.start({ relay }).download({ repository: REPOSITORY }, options);
    if (isForGood) {
      const result = await settled(download);
      // Who never asks which commit it is gets the files of the branch.
      const wrong =
        result === undefined
          ? []
          : await wrongFiles(world, result.directory, wantedFiles(model.files));
      verdict.holds("DL-STALE", wrong.length === 0, () => `it succeeded: ${wrong.join(", ")}`);
      verdict.holds("DL-STALE", questions <= QUESTIONS_MAX, `it asked ${questions} times`);
      verdict.reached("the commit stayed away");
      return;
    }
    const { directory } = await verdict.attempt("DL-STALE", download);
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("DL-STALE", wrong.length === 0, () => wrong.join(", "));
    verdict.holds("DL-STALE", questions <= QUESTIONS_MAX, `it asked ${questions} times`);
    const back = reports.findIndex(
      ({ bytesDone }, at) => bytesDone < (reports[at - 1]?.bytesDone ?? 0),
    );
    if (isReporting)
      verdict.holds("DL-PROGRESS", back === -1, () => `report ${back} goes backwards`);
    if (questions > 1) verdict.reached("the branch was resolved again");
  },
});
