/**
 * A variable names a proxy in one of its forms: with and without a scheme, with blanks, with a user, in two spellings of its name at once,
 * or as something that is no proxy.
 *
 * Invariants checked:
 * - Every request goes by that proxy; of two spellings of a name, one that is empty does not count.
 * - What is no address of a proxy is refused as wrong use; nothing is sent past it, and its password is not told.
 */
import fc from "fast-check";
import { needsOwnProcess, textOf, wireLog } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Spelt-Proxy-4bit";
const PASSWORD = "passwordOfTheProxy";

/** What is set, and the host of the proxy that it names. */
const SOUND: Readonly<Record<string, string>> = {
  "http://proxy.test:3128": "proxy.test:3128",
  "https://proxy.test": "proxy.test",
  "HTTP://proxy.test:3128/": "proxy.test:3128",
  "proxy.test:3128": "proxy.test:3128",
  "  http://proxy.test:3128\t": "proxy.test:3128",
  "socks5://proxy.test:1080": "proxy.test:1080",
  "socks5h://proxy.test:1080": "proxy.test:1080",
  [`http://me:${PASSWORD}@proxy.test:3128`]: "proxy.test:3128",
};
const WRONG: readonly string[] = [
  `ftp://me:${PASSWORD}@proxy.test`,
  "file:///etc/proxy",
  "http://",
  "http://[proxy",
  `http://me:${PASSWORD}@proxy.test:port`,
  "gopher://proxy.test:70",
];
const VARIABLES = ["HTTPS_PROXY", "ALL_PROXY"] as const;

export const speltProxy = scenario({
  name: "hub/spelt_proxy",
  covers: ["HUB-ENV-PROXY", "ERROR-KIND"],
  goals: ["a request took the proxy", "it is no proxy"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    variable: fc.constantFrom(...VARIABLES),
    isLower: fc.boolean(),
    value: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...Object.keys(SOUND)) },
      { weight: 1, arbitrary: fc.constantFrom(...WRONG) },
    ),
    /** What the other spelling of the name has. */
    other: fc.constantFrom(undefined, "", "same"),
  },
  async check({ model, variable, isLower, value, other }, world, verdict) {
    needsOwnProcess(world, "a program finds none of these proxies");
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const [name, otherName] = isLower
      ? [variable.toLowerCase(), variable]
      : [variable, variable.toLowerCase()];
    const wire = wireLog();
    const subject = world.start({
      env: {
        [name]: value,
        ...(other !== undefined && { [otherName]: other === "same" ? value : other }),
      },
      fetch: wire.watch,
    });
    const download = () => subject.download({ repository: REPOSITORY });
    const host = SOUND[value];
    if (host === undefined) {
      const failure = await verdict.fails("HUB-ENV-PROXY", download, ["invalid-argument"]);
      const sent = wire.requests.length;
      verdict.holds("HUB-ENV-PROXY", sent === 0, `${sent} requests were sent`);
      verdict.holds("HUB-ENV-PROXY", !textOf(failure).includes(PASSWORD), "it told the password");
      verdict.reached("it is no proxy");
      return;
    }
    await verdict.attempt("HUB-ENV-PROXY", download);
    const past = wire.requests.find(({ proxy }) => hostOf(proxy) !== host);
    verdict.holds(
      "HUB-ENV-PROXY",
      past === undefined,
      () => `${past?.url} was asked for by ${past?.proxy} with ${name}=${value}`,
    );
    verdict.reached("a request took the proxy");
  },
});

/** Host and port, where no user is in the way. */
function hostOf(proxy: string | undefined): string | undefined {
  return /^[a-z0-9]+:\/\/(?:[^@]*@)?([^/]*)/i.exec(proxy ?? "")?.[1];
}
