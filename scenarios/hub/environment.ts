/**
 * The environment names the hub and the token, and a request may name others.
 *
 * Invariants checked:
 * - Every request goes to the request's endpoint, else to `HF_ENDPOINT`, or to a host that the hub named.
 * - The token is the request's, else `HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN`, else none.
 */
import fc from "fast-check";
import { authorizationOf, wireLog } from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Environment-4bit";

export const environment = scenario({
  name: "hub/environment",
  covers: ["HUB-ENV-ENDPOINT", "HUB-ENV-TOKEN"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    slashes: fc.constantFrom("", "", "/", "//"),
    named: fc.constantFrom("environment", "request", "both"),
    tokens: fc.constantFrom<Partial<Record<"request" | "name" | "oldName", string>>>(
      {},
      { oldName: "hf_ofTheOldName" },
      { name: "hf_ofTheName", oldName: "hf_ofTheOldName" },
      { request: "hf_ofTheRequest", name: "hf_ofTheName" },
    ),
    isPrivate: fc.boolean(),
  },
  goals: ["the request won over the environment", "the old name was used", "no token was sent"],
  async check({ model, slashes, named, tokens, isPrivate }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const expected = tokens.request ?? tokens.name ?? tokens.oldName;
    if (isPrivate && expected !== undefined) hub.requireToken(REPOSITORY, expected);
    const address = hub.endpoint + slashes;
    const wire = wireLog();
    const subject = world.start({
      env: {
        HF_ENDPOINT: { environment: address, request: undefined, both: "https://wrong.test" }[
          named
        ],
        HF_TOKEN: tokens.name,
        HUGGING_FACE_HUB_TOKEN: tokens.oldName,
      },
      relay: wire.watch,
    });
    const request = {
      repository: REPOSITORY,
      ...(named === "environment" ? {} : { endpoint: address }),
      ...(tokens.request === undefined ? {} : { token: tokens.request }),
    };
    // With a private repository a wrong token shows as a failure, and as one of the token.
    const about = isPrivate ? "HUB-ENV-TOKEN" : "HUB-ENV-ENDPOINT";
    const { directory } = await verdict.attempt(about, () => subject.download(request));
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("HUB-ENV-ENDPOINT", wrong.length === 0, () => wrong.join(", "));
    for (const { origin } of wire.requests) {
      const isKnown = origin === hub.endpoint || origin === hub.cdnOrigin;
      verdict.holds("HUB-ENV-ENDPOINT", isKnown, `${origin} was asked`);
    }
    const asked = wire.requests.filter(({ origin }) => origin === hub.endpoint);
    const sent = new Set(asked.map(authorizationOf).filter((value) => value !== undefined));
    const right = expected === undefined ? [] : [`Bearer ${expected}`];
    verdict.holds(
      "HUB-ENV-TOKEN",
      [...sent].join() === right.join(),
      () =>
        `sent ${[...sent].join(" and ") || "no token"} instead of ${right.join() || "no token"}`,
    );
    if (expected === undefined) verdict.reached("no token was sent");
    else if (expected === tokens.oldName) verdict.reached("the old name was used");
    else if (expected === tokens.request) verdict.reached("the request won over the environment");
  },
});
