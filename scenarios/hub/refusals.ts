/**
 * The hub refuses a question, a listing or a file for good: by every status of a client's mistake, with the codes that it has for them
 * or none, in JSON or, where something else answers in its place, by a page.
 *
 * Invariants checked:
 * - The error has the code of what was refused.
 * - What is not there, or not for this token, is asked for once and without a pause.
 * - Who can do without what the question about the repository would tell is not judged by its refusal.
 */
import fc from "fast-check";
import type { ErrorCode } from "../../spec/mod.ts";
import { exists, hasCapability } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, NotApplicable, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Refusing-4bit";
const PAUSE_MS_MAX = 1000;

type Kind = "info" | "tree" | "resolve";

/** What the hub's own codes mean. */
const NAMED: Readonly<Record<string, ErrorCode>> = {
  RepoNotFound: "repository-not-found",
  RevisionNotFound: "revision-not-found",
  EntryNotFound: "file-not-found",
  GatedRepo: "gated",
};
/** Types of a page, as servers write them. */
const PAGES = ["text/html", "text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml"];
/** Of a status that no hub sends here, several codes are as good. */
const STRANGE = ["not-a-hub", "hub-unavailable", "invalid-argument"] as const;

export const refusals = scenario({
  name: "hub/refusals",
  covers: ["DL-NO-RETRY", "ERROR-KIND"],
  goals: ["a code of the hub", "a bare status", "a page"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    kind: fc.constantFrom<Kind>("info", "tree", "resolve"),
    status: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(401, 403, 404, 410, 451) },
      { weight: 2, arbitrary: fc.constantFrom(400, 402, 405, 406, 409, 412, 418, 422, 499) },
    ),
    named: fc.constantFrom(undefined, undefined, ...Object.keys(NAMED), "SomethingNew"),
    page: fc.constantFrom(undefined, undefined, undefined, ...PAGES),
    hasToken: fc.boolean(),
  },
  async check({ model, kind, status, named, page, hasToken }, world, verdict) {
    const { hub, clock } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const isNamed = named !== undefined && [401, 403, 404].includes(status) && page === undefined;
    const isTokenGiven = hasToken && hasCapability(world, "token");
    hub.faults = [
      {
        match: { kind, ...(kind === "resolve" && { path: "config.json" }), nth: "all" },
        do: {
          type: "status",
          status,
          ...(isNamed && { errorCode: named }),
          ...(page !== undefined && { html: true, headers: { "Content-Type": page } }),
        },
      },
    ];
    const codes = codesOf({ kind, status, page, hasToken: isTokenGiven, named: isNamed && named });
    const startMs = clock.now();
    await verdict.fails(
      "DL-NO-RETRY",
      async () => {
        const result = await world.start().download({
          repository: REPOSITORY,
          concurrency: 1,
          ...(isTokenGiven && { token: "hf_given" }),
        });
        if (kind === "info") throw new NotApplicable("it does without what it was refused");
        return result;
      },
      codes,
    );
    verdict.reached(
      isNamed ? "a code of the hub" : page === undefined ? "a bare status" : "a page",
    );
    const config = await exists(world.files, `${modelPlace(world, REPOSITORY)}/config.json`);
    verdict.holds("DL-NO-RETRY", !config, "config.json was published");
    // What a page in the hub's place means for another attempt is said nowhere, nor what a status does that no hub sends.
    if (page !== undefined || ![401, 403, 404].includes(status)) return;
    const refused = hub.log.filter((one) => one.status === status && one.kind === kind);
    const asked = refused.map(({ rawPath, range = "", method }) => `${method} ${rawPath} ${range}`);
    // The branch may be another commit by now, whose files are asked for then: `DL-STALE`.
    const isAskedAnew = kind !== "info" && (status !== 403 || isNamed);
    const again = asked.find((one) => timesOf(asked, one) > (isAskedAnew ? 2 : 1));
    verdict.holds("DL-NO-RETRY", again === undefined, () => `${again} was sent again`);
    // A program takes its time to start, and a pause without another request is none.
    const isPrompt = world.kind === "process" || clock.now() - startMs < PAUSE_MS_MAX;
    verdict.holds("DL-NO-RETRY", isPrompt, "it paused before it said so");
  },
});

function timesOf(asked: readonly string[], one: string): number {
  return asked.filter((other) => other === one).length;
}

/** What the table of errors on the wire gives for a refusal. */
function codesOf(refusal: {
  readonly kind: Kind;
  readonly status: number;
  readonly page: string | undefined;
  readonly hasToken: boolean;
  readonly named: string | false;
}): readonly ErrorCode[] {
  const { kind, status, page, hasToken, named } = refusal;
  const byName = named === false ? undefined : NAMED[named];
  if (byName !== undefined && (byName !== "gated" || status !== 404)) return [byName];
  if (status === 451) return page === undefined ? ["withheld"] : ["withheld", "not-a-hub"];
  if (page !== undefined) return ["not-a-hub"];
  switch (status) {
    case 401:
      return hasToken ? ["unauthorized"] : ["unauthorized", "repository-not-found"];
    case 403:
      return ["unauthorized"];
    case 404:
    case 410: {
      const absent: readonly ErrorCode[] =
        kind === "resolve" ? ["file-not-found"] : ["repository-not-found", "revision-not-found"];
      // What the hub no longer has, and a code that does not go with the status, are said otherwise by some.
      return status === 410 || byName === "gated" ? [...absent, ...STRANGE, "gated"] : absent;
    }
    default:
      return STRANGE;
  }
}
