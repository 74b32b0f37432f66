/**
 * The hub refuses and says why, in words that are short, long, or hold the token.
 *
 * Invariants checked:
 * - The words are in the error, but for the token; an essay is cut.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { asFailure } from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/Refused-4bit";
const TOKEN = "hf_tokenThatNobodyMaySee";
/** Room for what the client says itself, and for a reason of a few sentences. */
const MESSAGE_LENGTH_MAX = 2000;

export const serverSaysWhy = scenario({
  name: "hub/server_says_why",
  covers: ["HUB-REASON"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    status: fc.constantFrom(403, 401, 400, 451, 404),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const),
    errorCode: fc.constantFrom(undefined, "GatedRepo"),
    words: fc.constantFrom(
      "Please enable access to public gated repositories in your fine-grained token settings",
      "Access to this resource is disabled",
      "Unavailable for legal reasons",
    ),
    after: fc.constantFrom("", ` for ${TOKEN}`, ` because ${"very ".repeat(1000)}`),
  },
  async check({ model, status, kind, errorCode, words, after }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    world.hub.faults = [
      {
        match: { kind, nth: "all" },
        do: {
          type: "status",
          status,
          errorMessage: words + after,
          ...(errorCode !== undefined && [401, 403].includes(status) ? { errorCode } : {}),
        },
      },
    ];
    let message: string | undefined;
    try {
      const token = after.includes(TOKEN) ? { token: TOKEN } : {};
      await world.start().download({ repository: REPOSITORY, ...token });
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      ({ message } = failure);
    }
    verdict.holds("HUB-REASON", message !== undefined, "it did not fail");
    const text = message ?? "";
    verdict.holds("HUB-REASON", text.includes(words), `"${words}" is not in "${text}"`);
    verdict.holds("HUB-REASON", !text.includes(TOKEN), "the token is in it");
    verdict.holds(
      "HUB-REASON",
      text.length <= MESSAGE_LENGTH_MAX,
      `the message has ${text.length} characters`,
    );
  },
});
