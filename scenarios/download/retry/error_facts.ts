/**
 * An error answer has headers as a file's answer has them: etag, size, commit. Honest answers follow.
 *
 * Invariants checked:
 * - The download succeeds with the true bytes, from the hub and from a plain address, whether `HEAD` or `GET` failed.
 * - Nothing on the disk and nothing in the result has the values of the error.
 */
import fc from "fast-check";
import { MARKER_NAME } from "../../../spec/mod.ts";
import {
  contentExchanges,
  exists,
  patternedBytes,
  readBytes,
  readTree,
  sha256Hex,
  throughTrouble,
} from "../../../harness/internal.ts";
import { anySmallModel, filePlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/ErrorFacts";
const FALSE_COMMIT = "badc0ffee0".repeat(4);
const FALSE_SHA256 = "deadbeef".repeat(8);
const FALSE_SIZE = "123454321";

export const errorFacts = scenario({
  name: "download/error_facts",
  covers: ["DL-ERROR-HEADERS"],
  goals: ["an error of the hub", "an error of a plain server"],
  given: {
    model: anySmallModel(),
    isPlain: fc.boolean(),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const, "cdn" as const),
    method: fc.constantFrom("HEAD" as const, "GET" as const),
    status: fc.constantFrom(500, 503, 429, 403, 405, 501),
    sizeBytes: fc.integer({ min: 1, max: 2000 }),
  },
  async check({ model, isPlain, kind, method, status, sizeBytes }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const plain = { path: "plain.bin", bytes: patternedBytes(sizeBytes), lfs: true };
    const url = world.hub.serveUrl("/plain.bin", plain.bytes);
    // Another attempt follows for certain only after trouble that passes; a server without `HEAD` says so otherwise.
    const passing = [500, 503, 429].includes(status) ? status : 503;
    const headers = {
      ETag: `"${FALSE_SHA256}"`,
      "X-Linked-Etag": `"${FALSE_SHA256}"`,
      "X-Linked-Size": FALSE_SIZE,
      "X-Repo-Commit": FALSE_COMMIT,
      "Accept-Ranges": "bytes",
    };
    const match = isPlain ? { kind: "url" as const, method } : { kind };
    const isHead = isPlain && method === "HEAD";
    world.hub.faults = [
      { match, do: { type: "status", status: isHead ? status : passing, headers } },
    ];
    const subject = world.start();
    const result = await verdict.attempt("DL-ERROR-HEADERS", () =>
      throughTrouble(world, () =>
        isPlain ? subject.downloadUrl({ url }) : subject.download({ repository: REPOSITORY }),
      ),
    );
    const files = isPlain
      ? [plain]
      : model.files.filter(({ path }) => path.endsWith(".safetensors"));
    const wrong = await wrongFiles(world, result.directory, files);
    verdict.holds("DL-ERROR-HEADERS", wrong.length === 0, wrong.join(", "));
    const texts = [JSON.stringify(result)];
    for (const { path, kind: entry } of await readTree(world.files, world.root)) {
      if (entry !== "file") continue;
      texts.push(
        path,
        Buffer.from(await readBytes(world.files, filePlace(world.root, path))).toString("latin1"),
      );
    }
    for (const fact of [FALSE_COMMIT, FALSE_SHA256, FALSE_SIZE])
      verdict.holds(
        "DL-ERROR-HEADERS",
        texts.every((text) => !text.includes(fact)),
        `${fact} of the error was mistaken for a fact`,
      );
    // A program need not write a marker, and then vouches for nothing.
    const hasMarker = await exists(world.files, filePlace(result.directory, MARKER_NAME));
    if (isPlain && (hasMarker || world.kind !== "process")) {
      const vouched = texts.some((text) => text.includes(sha256Hex(plain.bytes)));
      verdict.holds(
        "DL-ERROR-HEADERS",
        vouched,
        "the marker does not hold the hash that was found",
      );
    }
    if (world.hub.firedCounts()[0] === 0 || contentExchanges(world.hub.log).length === 0) return;
    verdict.reached(isPlain ? "an error of a plain server" : "an error of the hub");
  },
});
