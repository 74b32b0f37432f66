/**
 * Names are legal but awkward: blanks, `%`, `#`, `?`, brackets, Unicode in either normalization, revisions with slashes.
 *
 * Invariants checked:
 * - On the wire every name is percent-encoded exactly once, and a revision is one segment.
 * - Every file is at its path, byte for byte.
 */
import fc from "fast-check";
import { anyFileNames, anyRepository, anyRevision, settled } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const HEAD = /^(?:\/api\/models)?\/([^/]+\/[^/]+)\/(?:resolve|revision|tree)\/([^/]+)(?:\/(.*))?$/;

export const awkwardNames = scenario({
  name: "layout/awkward_names",
  covers: ["LAYOUT-NAMES", "LAYOUT-ENCODED-ONCE"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    names: anyFileNames({ countMax: 5 }),
    repository: anyRepository(),
    revision: anyRevision(),
    isLarge: fc.boolean(),
  },
  async check({ model, names, repository, revision, isLarge }, world, verdict) {
    const own = names.filter((path) => !model.files.some((file) => file.path === path));
    const extra = own.map((path) => ({
      path,
      bytes: new TextEncoder().encode(`{"is":${JSON.stringify(path)}}`),
      lfs: isLarge,
    }));
    const files = [...model.files, ...extra];
    const commit = world.hub.publish(repository, files, { revision, tags: ["mlx"] });
    const isListed = (name: string): boolean => files.some(({ path }) => path === name);
    // A client may ask for a file that the repository lacks: a plain name that is no beginning of an awkward one.
    const isOtherFile = (target: string): boolean =>
      /^[\w./-]+$/.test(target) && !files.some(({ path }) => path.startsWith(target));
    const subject = world.start();
    // The wire is judged first: a name that was encoded wrongly is the cause, and a failed download its effect.
    const result = await settled(() => subject.download({ repository, revision }));
    for (const { rawPath } of world.hub.log) {
      const [, id, at = "", file = ""] = HEAD.exec(rawPath) ?? [];
      if (id === undefined) continue;
      const isOnce =
        isDecodable(rawPath) &&
        decodeURIComponent(id) === repository &&
        [revision, commit].includes(decodeURIComponent(at)) &&
        (file === "" || isListed(decodeURIComponent(file)) || isOtherFile(file)) &&
        !/[^\x21-\x7e]/.test(rawPath);
      verdict.holds("LAYOUT-ENCODED-ONCE", isOnce, `${rawPath} names nothing that exists`);
    }
    verdict.holds("LAYOUT-NAMES", result !== undefined, "the download failed");
    const isUnsaid = world.kind === "process" && result?.commit === "";
    verdict.holds(
      "LAYOUT-NAMES",
      result?.commit === commit || isUnsaid,
      `it is of ${result?.commit}`,
    );
    const wrong = await wrongFiles(world, modelPlace(world, repository), wantedFiles(files));
    verdict.holds("LAYOUT-NAMES", wrong.length === 0, wrong.join(", "));
    const located = await subject.status({ repository, revision });
    verdict.holds("LAYOUT-NAMES", located.state === "complete", `status is ${located.state}`);
  },
});

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
