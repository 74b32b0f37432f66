/**
 * A command has a token by an option, a variable or the login's file, and perhaps a password in the hub's address, which the hub
 * accepts, refuses or repeats in what it says.
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

export const secrets = scenario({
  name: "command_line/secrets",
  covers: ["CMD-SECRET"],
  goals: ["a refusal that repeats the token", "a password", "a wrong use"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    place: fc.constantFrom("option", "variable", "file"),
    answer: fc.constantFrom("accepts", "refuses", "repeats"),
    operation: fc.oneof(fc.constant("download" as const), fc.constantFrom(...COMMAND_OPERATIONS)),
    hasPassword: fc.boolean(),
    misuse: fc.constantFrom(undefined, undefined, undefined, "unknown-option" as const),
    json: fc.boolean(),
    columns: fc.constantFrom(undefined, 80),
  },
  async check(
    { model, place, answer, operation, hasPassword, misuse, json, columns },
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
    const subject = world.start({
      env: {
        HF_TOKEN: place === "variable" ? TOKEN : undefined,
        HF_TOKEN_PATH: place === "file" ? file : undefined,
      },
    });
    const command = commandOf(subject, verdict, ["CMD-SECRET"]);
    if (command === undefined) return;
    const address = new URL(hub.endpoint);
    address.username = "me";
    address.password = PASSWORD;
    const { stdout, stderr } = await verdict.attempt("CMD-SECRET", () =>
      command({
        operation,
        repository: REPOSITORY,
        json,
        ...(place === "option" && { token: TOKEN }),
        ...(hasPassword && { endpoint: address.href }),
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
      if (answer === "repeats") verdict.reached("a refusal that repeats the token");
      if (hasPassword) verdict.reached("a password");
    }
  },
});
