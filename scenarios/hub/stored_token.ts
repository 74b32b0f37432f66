/**
 * The token of the official login lies in its file, in one of the places where the hub's tools keep it, perhaps with another one in the
 * places behind that; the request or a variable may name another, and tokens that are not named may be forbidden.
 *
 * Invariants checked:
 * - The token is the request's, else the variable's, else that of the file, else none.
 * - With `HF_HUB_DISABLE_IMPLICIT_TOKEN` on it is the request's or none.
 * - Who sends the variable's token with the plain address of a file on the hub sends the stored one with it, too.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { anySmallModel, scenario, type Verdict, type World } from "../../harness/mod.ts";
import {
  authorizationOf,
  doesOperation,
  makeDirectories,
  settled,
  wireLog,
  writeBytes,
} from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/Login-4bit";
const STORED = "hf_ofTheLogin";

/** Where the file is, below a directory, by the variable that leads to it; the first that is set decides. */
const PLACES = {
  HF_TOKEN_PATH: "keys/my token",
  HF_HOME: "token",
  XDG_CACHE_HOME: "huggingface/token",
  HOME: ".cache/huggingface/token",
} as const;

export const storedToken = scenario({
  name: "hub/stored_token",
  covers: ["HUB-ENV-LOGIN", "HUB-ENV-IMPLICIT"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    place: fc.constantFrom("HF_TOKEN_PATH", "HF_HOME", "XDG_CACHE_HOME", "HOME"),
    isThere: fc.constantFrom(true, true, true, false),
    hasOthers: fc.boolean(),
    ending: fc.constantFrom("", "\n", "\r\n", "  \n"),
    named: fc.constantFrom("request", "variable", "nowhere", "nowhere"),
    forbidden: fc.constantFrom(undefined, "0", "1", "true", "YES"),
    isPrivate: fc.boolean(),
    isByAddress: fc.boolean(),
  },
  goals: ["the stored token was used", "a stored token was forbidden", "another token won"],
  async check(given, world, verdict) {
    const { model, place, isThere, hasOthers, ending, named, forbidden, isPrivate } = given;
    const { isByAddress } = given;
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const base = join(world.outside, "of the login");
    const file = join(base, PLACES[place]);
    const write = async (path: string, text: string) => {
      await makeDirectories(world.files, dirname(path));
      await writeBytes(world.files, path, new TextEncoder().encode(text));
    };
    if (isThere) await write(file, STORED + ending);
    const others: Record<string, string> = {};
    const names = Object.keys(PLACES) as (keyof typeof PLACES)[];
    for (const name of hasOthers ? names.slice(names.indexOf(place) + 1) : []) {
      const other = join(world.outside, `behind it, by ${name}`);
      await write(join(other, PLACES[name]), "hf_ofAnotherPlace");
      others[name] = other;
    }
    const isOff = forbidden === undefined || forbidden === "0";
    const implicit = named === "variable" ? "hf_ofTheVariable" : isThere ? STORED : undefined;
    const expected = named === "request" ? "hf_ofTheRequest" : isOff ? implicit : undefined;
    if (isPrivate && expected !== undefined) hub.requireToken(REPOSITORY, expected);
    const wire = wireLog();
    const env = {
      ...others,
      [place]: place === "HF_TOKEN_PATH" ? file : base,
      HF_TOKEN: named === "variable" ? "hf_ofTheVariable" : undefined,
      HF_HUB_DISABLE_IMPLICIT_TOKEN: forbidden,
    };
    const subject = world.start({ env, relay: wire.watch });
    const id = isOff ? "HUB-ENV-LOGIN" : "HUB-ENV-IMPLICIT";
    await verdict.attempt(id, () =>
      subject.download({
        repository: REPOSITORY,
        ...(named === "request" ? { token: "hf_ofTheRequest" } : {}),
      }),
    );
    const asked = wire.requests.filter(({ origin }) => origin === hub.endpoint);
    const sent = new Set(asked.map(authorizationOf).filter((value) => value !== undefined));
    const right = expected === undefined ? [] : [`Bearer ${expected}`];
    verdict.holds(
      id,
      [...sent].join() === right.join(),
      () => `sent ${[...sent].join(" and ") || "no token"} instead of ${right.join() || "none"}`,
    );
    if (expected === STORED && isByAddress && doesOperation(world, "downloadUrl"))
      await judgeAddress(world, verdict, env);
    if (expected === STORED) verdict.reached("the stored token was used");
    else if (isThere && !isOff && named === "nowhere")
      verdict.reached("a stored token was forbidden");
    else if (isThere && expected !== undefined) verdict.reached("another token won");
  },
});

// Helpers

async function judgeAddress(
  world: World,
  verdict: Verdict,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const url = `${world.hub.endpoint}/${REPOSITORY}/resolve/main/config.json`;
  const tokensWith = async (more: Readonly<Record<string, string>>) => {
    const wire = wireLog();
    const subject = world.start({ env: { ...env, ...more }, relay: wire.watch });
    await settled(() => subject.downloadUrl({ url }));
    const asked = wire.requests.filter(({ origin }) => origin === world.hub.endpoint);
    return asked.map(authorizationOf);
  };
  // Whether an address is one of the hub's is the client's to say.
  const [ofVariable] = await tokensWith({ HF_TOKEN: "hf_ofTheVariable" });
  if (ofVariable !== "Bearer hf_ofTheVariable") return;
  const [stored] = await tokensWith({});
  const isSent = stored === `Bearer ${STORED}`;
  verdict.holds("HUB-ENV-LOGIN", isSent, `${stored ?? "no token"} was sent to ${url}`);
}
