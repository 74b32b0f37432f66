/**
 * A connection fails as connections do that are there again in a moment: refused, reset, without an address or a way, in silence, or
 * closed in the middle of an answer.
 *
 * Invariants checked:
 * - Once it passes, the download finishes with the true bytes.
 * - Where it does not pass, more than one attempt was made, there was a pause, and the error says that no answer came.
 */
import fc from "fast-check";
import type { ErrorCode, Fetch } from "../../../spec/mod.ts";
import {
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";
import { FAULT_SHAPES, needsOwnProcess, unreachable } from "../../../harness/internal.ts";

const REPOSITORY = "mlx-community/Passing-4bit";
/** No sane client asks more often than this for one thing that keeps failing. */
const ATTEMPTS_MAX = 20;

/** What runtimes and their clients of HTTP call it. */
const BROKEN = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENETRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
  "UND_ERR_SOCKET",
  "HPE_INVALID_EOF_STATE",
  "HPE_CLOSED_CONNECTION",
  "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
  "ERR_SSL_UNEXPECTED_EOF_WHILE_READING",
] as const;
const SILENT = [
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
] as const;
const CODES: Readonly<Record<string, readonly ErrorCode[]>> = {
  ...Object.fromEntries(BROKEN.map((code) => [code, ["network"] as const])),
  ...Object.fromEntries(SILENT.map((code) => [code, ["timeout"] as const])),
};

export const passingFaults = scenario({
  name: "download/passing_faults",
  covers: ["DL-RETRY", "ERROR-KIND"],
  goals: ["it passed", "it did not pass"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    fault: fc.constantFrom(...Object.keys(CODES)),
    shape: fc.constantFrom(...FAULT_SHAPES),
    at: fc.constantFrom("hub" as const, "content network" as const),
    times: fc.constantFrom(1, 2, undefined),
  },
  async check({ model, fault, shape, at, times }, world, verdict) {
    needsOwnProcess(world, "another process's connections cannot be made to fail so");
    const { hub, clock } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const isHub = at === "hub" || !model.files.some(({ lfs }) => lfs);
    const host = isHub ? hub.endpoint : hub.cdnOrigin;
    const asked: string[] = [];
    const count = (fetch: Fetch): Fetch => {
      const failing = unreachable(fetch, {
        host,
        code: fault,
        shape,
        ...(times !== undefined && { times }),
      });
      return (url, request) => {
        if (new URL(url).origin === host) asked.push(url);
        return failing(url, request);
      };
    };
    const startMs = clock.now();
    const download = () =>
      world.start({ fetch: count }).download({ repository: REPOSITORY, concurrency: 1 });
    if (times !== undefined) {
      await verdict.attempt("DL-RETRY", download);
      const wanted = wantedFiles(model.files);
      const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wanted);
      verdict.holds("DL-RETRY", wrong.length === 0, () => wrong.join(", "));
      verdict.reached("it passed");
      return;
    }
    await verdict.fails("DL-RETRY", download, CODES[fault] ?? []);
    const isBounded = asked.length > 1 && asked.length <= ATTEMPTS_MAX;
    verdict.holds("DL-RETRY", isBounded, `${asked.length} attempts were made`);
    verdict.holds("DL-RETRY", clock.now() > startMs, "there was no pause between them");
    verdict.reached("it did not pass");
  },
});
