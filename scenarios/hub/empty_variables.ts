/**
 * The same download is done twice: with variables set to the empty string, and with those variables absent.
 *
 * Invariants checked:
 * - Both do the same: the same result, and the same requests with the same tokens by the same way. Who does now this and now that
 *   without the variables is not judged.
 */
import { join } from "node:path";
import fc from "fast-check";
import { answeredBy, authorizationOf, settled, wireLog } from "../../harness/internal.ts";
import { anySmallModel, NotApplicable, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Empty-4bit";
/** Where a hub is that nobody names. */
const DEFAULT_HUB = "https://huggingface.co";
/** How often the download without the variables is done where the one with them differs. */
const TRIES_MAX = 4;
/** Without these a program would look for hosts that do not listen here. */
const NEEDED_BY_PROGRAMS = ["HF_ENDPOINT"];
const VARIABLES = {
  HF_ENDPOINT: "https://wrong.test",
  HF_TOKEN: "hf_one",
  HUGGING_FACE_HUB_TOKEN: "hf_two",
  HF_TOKEN_PATH: "/nowhere/token",
  HF_HUB_OFFLINE: "1",
  TRANSFORMERS_OFFLINE: "1",
  HF_HUB_DISABLE_IMPLICIT_TOKEN: "1",
  HF_HUB_DOWNLOAD_TIMEOUT: "1",
  SSL_CERT_FILE: "/nowhere/certificates.pem",
  HTTPS_PROXY: "http://proxy.test:1",
  HTTP_PROXY: "http://proxy.test:2",
  ALL_PROXY: "http://proxy.test:3",
  NO_PROXY: "cdn.test",
  https_proxy: "http://proxy.test:4",
  no_proxy: "wrong.test",
} as const;

export const emptyVariables = scenario({
  name: "hub/empty_variables",
  covers: ["HUB-ENV-EMPTY"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    empty: fc.subarray(Object.keys(VARIABLES), { minLength: 1 }),
    // Only variables that a download survives are set: the others would end both runs alike.
    set: fc.subarray(["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "ALL_PROXY", "NO_PROXY"] as const),
  },
  goals: ["an empty variable stood before one that is set", "the hub that nobody names was asked"],
  async check({ model, empty, set }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const isProgram = world.kind === "process";
    const isUsable = (name: string) => !isProgram || !NEEDED_BY_PROGRAMS.includes(name);
    const emptied = empty.filter(isUsable);
    const kept = isProgram ? set.filter((name) => name.endsWith("TOKEN")) : set;
    const values = Object.fromEntries(kept.map((name) => [name, VARIABLES[name]]));
    const run = async (value: "" | undefined, place: string) => {
      const wire = wireLog();
      const subject = world.start({
        root: join(world.root, place),
        env: { ...values, ...Object.fromEntries(emptied.map((name) => [name, value])) },
        relay: (fetch) => wire.watch(answeredBy(fetch, { host: DEFAULT_HUB, hub: hub.endpoint })),
      });
      const result = await settled(() => subject.download({ repository: REPOSITORY }));
      const lines = wire.requests.map(
        (request) => `${lasting(request.url)} ${authorizationOf(request)} ${request.proxy}`,
      );
      // No program is let out to it.
      if (isProgram || wire.requests.some(({ origin }) => origin === DEFAULT_HUB)) {
        verdict.reached("the hub that nobody names was asked");
      }
      return [result?.files.length, ...lines.toSorted()].join("\n");
    };
    // What a client keeps in a cache of its own is there for both.
    await run(undefined, "first");
    const withEmpty = await run("", "empty");
    const without: string[] = [];
    do without.push(await run(undefined, `absent-${without.length}`));
    while (!without.includes(withEmpty) && without.length < TRIES_MAX);
    const isSame = without.includes(withEmpty);
    if (!isSame && new Set(without).size > 1)
      throw new NotApplicable("downloads without any of the variables differ as well");
    verdict.holds(
      "HUB-ENV-EMPTY",
      isSame,
      () => `with ${emptied.join(", ")} empty:\n${withEmpty}\nand without:\n${without[0]}`,
    );
    if (emptied.includes("HF_TOKEN") && kept.includes("HUGGING_FACE_HUB_TOKEN")) {
      verdict.reached("an empty variable stood before one that is set");
    }
  },
});

/** An address without what the hub signs into it anew at each request. */
function lasting(url: string): string {
  return url.replace(/[?&](Expires|Signature)=[^&]*/g, "");
}
