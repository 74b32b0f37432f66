/**
 * Downloads with a token succeed, and fail in every way, with a hub that repeats the token, once or more often, and addresses that hold it.
 *
 * Invariants checked:
 * - No error, with its fields and causes, no progress report, no answer and nothing on the disk has the token.
 */
import fc from "fast-check";
import { asFailure, readBytes, readTree, textOf } from "../../harness/internal.ts";
import { anySmallModel, type FaultAction, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Secret-4bit";
const TOKEN = "hf_tokenThatNobodyMaySee";

/** What a hub says that knows the token: some log what they were sent, and say what it was. */
const SAYINGS = [
  TOKEN,
  `the token ${TOKEN} is not good`,
  `${TOKEN}: the token ${TOKEN} is not good`,
  `${TOKEN}${TOKEN}`,
  `authorization=Bearer ${TOKEN}; token="${TOKEN}"; once more, ${TOKEN}`,
];

type Fault = (errorMessage: string) => FaultAction;

const FAULTS: Readonly<Record<string, Fault>> = {
  refused: (errorMessage) => ({ type: "status", status: 401, errorMessage }),
  forbidden: (errorMessage) => ({ type: "status", status: 403, errorMessage }),
  gated: () => ({ type: "status", status: 403, errorCode: "GatedRepo" }),
  absent: (errorMessage) => ({ type: "status", status: 404, errorMessage }),
  broken: (errorMessage) => ({ type: "status", status: 503, errorMessage }),
  page: () => ({ type: "html" }),
  flipped: () => ({ type: "flip", atByte: 0 }),
  reset: () => ({ type: "reset" }),
  "away with it": () => ({ type: "redirect", to: `{url}/nothing?token=${TOKEN}` }),
  round: () => ({ type: "redirect-loop" }),
  "nowhere with it": () => ({ type: "redirect", to: `ftp://user:${TOKEN}@files.test/` }),
};

export const tokenSecret = scenario({
  name: "hub/token_secret",
  covers: ["HUB-TOKEN-SECRET"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    fault: fc.oneof(
      { arbitrary: fc.constantFrom("none", ...Object.keys(FAULTS)), weight: 2 },
      { arbitrary: fc.constantFrom("refused", "forbidden", "broken"), weight: 1 },
    ),
    saying: fc.constantFrom(...SAYINGS),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const, "url" as const),
    givenIn: fc.constantFrom("request", "environment"),
    address: fc.constantFrom("plain", "with the token", "not of the web", "endpoint with it"),
  },
  goals: ["a download failed", "a download succeeded"],
  async check({ model, fault, saying, kind, givenIn, address }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const plain = hub.serveUrl("/a model.bin", Uint8Array.of(1, 2, 3));
    const action = FAULTS[fault]?.(saying);
    if (action !== undefined) hub.faults = [{ match: { kind, nth: "all" }, do: action }];
    const subject = world.start({ env: givenIn === "environment" ? { HF_TOKEN: TOKEN } : {} });
    const token = givenIn === "request" ? { token: TOKEN } : {};
    const url = {
      plain,
      "with the token": plain.replace("://", `://user:${TOKEN}@`),
      "not of the web": `ftp://user:${TOKEN}@files.test/a.bin`,
      "endpoint with it": plain,
    }[address];
    const endpoint =
      address === "endpoint with it" ? { endpoint: `ftp://user:${TOKEN}@files.test` } : {};
    const texts: string[] = [];
    const onProgress = (report: unknown) => texts.push(textOf(report));
    const actions = [
      () => subject.download({ repository: REPOSITORY, ...token, ...endpoint }, { onProgress }),
      () => subject.downloadUrl({ url, ...token }, { onProgress }),
    ];
    for (const download of actions) {
      try {
        texts.push(textOf(await download()));
        verdict.reached("a download succeeded");
      } catch (error) {
        if (asFailure(error) === undefined) throw error;
        texts.push(textOf(error));
        verdict.reached("a download failed");
      }
    }
    const leaked = texts.find((text) => text.includes(TOKEN));
    verdict.holds("HUB-TOKEN-SECRET", leaked === undefined, () => `it showed ${leaked}`);
    for (const { path, kind: entry } of await readTree(world.files, world.root)) {
      const bytes =
        entry === "file" ? await readBytes(world.files, `${world.root}/${path}`) : new Uint8Array();
      const isClean = !path.includes(TOKEN) && !Buffer.from(bytes).includes(TOKEN);
      verdict.holds("HUB-TOKEN-SECRET", isClean, `it is in ${path}`);
    }
  },
});
