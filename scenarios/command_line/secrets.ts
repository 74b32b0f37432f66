/**
 * A command has a token by an option, a variable or the login's file, and perhaps a password in the hub's address, which is given by an
 * option or a variable and may be no address at all; the hub accepts, refuses or repeats them in what it says.
 *
 * Invariants checked:
 * - Neither output holds the token or the password.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { COMMAND_OPERATIONS } from "../../spec/mod.ts";
import { makeDirectories, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { commandOf } from "./command_of.ts";

const REPOSITORY = "mlx-community/Secret-4bit";
const TOKEN = "hf_tokenThatNobodyMaySee";
const PASSWORD = "passwordThatNobodyMaySee";

/** What somebody may write who means the hub's address, with a password. */
const ADDRESSES = {
  right: ({ href }: URL) => href,
  "without a scheme": ({ href, protocol }: URL) => href.slice(`${protocol}//`.length),
  "with a port that there is none of": ({ href, host }: URL) => href.replace(host, `${host}:99999`),
  "with a blank": ({ href }: URL) => href.replace("@", "@ "),
  "cut off behind the password": ({ href }: URL) => href.replace(/@.*$/, "@"),
} as const;
const ADDRESS_KINDS = Object.keys(ADDRESSES) as (keyof typeof ADDRESSES)[];

export const secrets = scenario({
  name: "command_line/secrets",
  covers: ["CMD-SECRET"],
  goals: ["a refusal that repeats the token", "a password", "no address", "a wrong use"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    place: fc.constantFrom("option", "variable", "file"),
    answer: fc.constantFrom("accepts", "refuses", "repeats"),
    operation: fc.oneof(fc.constant("download" as const), fc.constantFrom(...COMMAND_OPERATIONS)),
    address: fc.constantFrom(undefined, undefined, "right" as const, ...ADDRESS_KINDS),
    addressIn: fc.constantFrom("option", "variable"),
    misuse: fc.constantFrom(undefined, undefined, undefined, "unknown-option" as const),
    json: fc.boolean(),
    columns: fc.constantFrom(undefined, 80),
  },
  async check(
    { model, place, answer, operation, address, addressIn, misuse, json, columns },
    world,
    verdict,
  ) {
    const { hub, outside, files } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    hub.requireToken(REPOSITORY, answer === "accepts" ? TOKEN : "hf_another");
    if (answer === "repeats") {
      const errorMessage = `The token ${TOKEN} may not read this`;
      hub.faults = [{ match: { nth: "all" }, do: { type: "status", status: 403, errorMessage } }];
    }
    const file = join(outside, "login", "token");
    if (place === "file") {
      await makeDirectories(files, dirname(file));
      await writeBytes(files, file, new TextEncoder().encode(`${TOKEN}\n`));
    }
    const url = new URL(hub.endpoint);
    url.username = "me";
    url.password = PASSWORD;
    const endpoint = address && ADDRESSES[address](url);
    const subject = world.start({
      env: {
        ...(endpoint !== undefined && addressIn === "variable" && { HF_ENDPOINT: endpoint }),
        HF_TOKEN: place === "variable" ? TOKEN : undefined,
        HF_TOKEN_PATH: place === "file" ? file : undefined,
      },
    });
    const command = commandOf(subject, verdict, ["CMD-SECRET"]);
    if (command === undefined) return;
    const { stdout, stderr } = await verdict.attempt("CMD-SECRET", () =>
      command({
        operation,
        repository: REPOSITORY,
        json,
        ...(place === "option" && { token: TOKEN }),
        ...(endpoint !== undefined && addressIn === "option" && { endpoint }),
        ...(misuse && { misuse }),
        ...(columns !== undefined && { columns }),
      }),
    );
    for (const [name, text] of [
      ["output", stdout],
      ["error output", stderr],
    ] as const) {
      verdict.holds("CMD-SECRET", !text.includes(TOKEN), `the token is in the ${name}: ${text}`);
      verdict.holds(
        "CMD-SECRET",
        !text.includes(PASSWORD),
        `the password is in the ${name}: ${text}`,
      );
    }
    if (misuse !== undefined) verdict.reached("a wrong use");
    else if (operation === "download") {
      const isAddress = address === undefined || address === "right";
      if (answer === "repeats" && isAddress) verdict.reached("a refusal that repeats the token");
      if (address !== undefined) verdict.reached(isAddress ? "a password" : "no address");
    }
  },
});
