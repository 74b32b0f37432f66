/**
 * What was asked for is not there, or not for this token.
 *
 * Invariants checked:
 * - Each case has its own code, is not tried again, and writes nothing.
 */
import fc from "fast-check";
import type { ErrorCode } from "../../../spec/mod.ts";
import { anyRepository, exists } from "../../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, type World } from "../../../harness/mod.ts";

interface Case {
  readonly codes: readonly ErrorCode[];
  readonly request: { readonly revision?: string; readonly token?: string };
  readonly arrange: (world: World, repository: string) => void;
}

const CASES: Readonly<Record<string, Case>> = {
  "unknown repository": {
    codes: ["repository-not-found"],
    request: { token: "hf_known" },
    arrange: ({ hub }, id) => hub.remove(id),
  },
  "unknown repository, no token": {
    codes: ["repository-not-found", "unauthorized"],
    request: {},
    arrange: ({ hub }, id) => hub.remove(id),
  },
  "unknown revision": {
    codes: ["revision-not-found"],
    request: { revision: "no-such-branch" },
    arrange: () => {},
  },
  "refused token": {
    codes: ["unauthorized"],
    request: { token: "hf_wrong" },
    arrange: ({ hub }) =>
      (hub.faults = [
        {
          match: { nth: "all" },
          do: {
            type: "status",
            status: 401,
            errorMessage: "Invalid credentials in Authorization header",
          },
        },
      ]),
  },
  "gated, no token": {
    codes: ["gated"],
    request: {},
    arrange: ({ hub }, id) => hub.gate(id, { tokens: ["hf_accepted"] }),
  },
  "gated, not accepted": {
    codes: ["gated"],
    request: { token: "hf_other" },
    arrange: ({ hub }, id) => hub.gate(id, { tokens: ["hf_accepted"] }),
  },
  "listed file is gone": {
    codes: ["file-not-found"],
    request: {},
    arrange: ({ hub }) =>
      (hub.faults = [
        {
          match: { kind: "resolve", path: "config.json", nth: "all" },
          do: { type: "status", status: 404, errorCode: "EntryNotFound" },
        },
      ]),
  },
};

export const distinctErrorCodes = scenario({
  name: "download/distinct_error_codes",
  covers: ["DL-NO-RETRY", "ERROR-KIND"],
  given: {
    model: anySmallModel(),
    repository: anyRepository(),
    which: fc.constantFrom(...Object.keys(CASES)),
  },
  async check({ model, repository, which }, world, verdict) {
    const story = CASES[which];
    if (story === undefined) return;
    world.hub.publish(repository, model.files, { tags: ["mlx"] });
    story.arrange(world, repository);
    const startMs = world.clock.now();
    await verdict.fails(
      "DL-NO-RETRY",
      () => world.start().download({ repository, concurrency: 1, ...story.request }),
      story.codes,
    );
    const asked = new Map<string, number>();
    for (const { rawPath, kind, range = "" } of world.hub.log) {
      // Where a file is gone, the branch may be another commit by now: `DL-STALE`.
      if (kind === "info" && which === "listed file is gone") continue;
      // Parts of a file are asked for once each.
      const what = `${rawPath} ${range}`.trimEnd();
      asked.set(what, (asked.get(what) ?? 0) + 1);
    }
    const again = [...asked].find(([, count]) => count > 1);
    verdict.holds(
      "DL-NO-RETRY",
      again === undefined,
      `${again?.[0]} was asked ${again?.[1]} times`,
    );
    // A program takes its time to start, and a pause without another request is none.
    const isPrompt = world.kind === "process" || world.clock.now() - startMs < 1000;
    verdict.holds("DL-NO-RETRY", isPrompt, "it paused before it said so");
    const config = await exists(world.files, `${modelPlace(world, repository)}/config.json`);
    verdict.holds("DL-NO-RETRY", !config, "config.json was published");
  },
});
