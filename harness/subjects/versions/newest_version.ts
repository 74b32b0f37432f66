import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { installFailure } from "../installing/installation.ts";
import type { Registry, VersionedClient } from "./versioned_clients.ts";

const run = promisify(execFile);

/** How the client of each registry is asked for the newest version, and where it is in the answer. */
const QUESTIONS: Readonly<
  Record<
    Registry,
    (name: string) => { readonly command: [string, ...string[]]; readonly answer: RegExp }
  >
> = {
  npm: (name) => ({ command: ["npm", "view", name, "version"], answer: /^(\d\S*)/m }),
  pypi: (name) => ({
    command: ["python3", "-m", "pip", "index", "versions", name],
    answer: /^\S+ \((\d\S*)\)/m,
  }),
  cargo: (name) => ({
    command: ["cargo", "info", "--color", "never", name],
    answer: /^version: (?:\S+ \(latest (\d\S*)\)|(\d\S*))/m,
  }),
  go: (name) => ({ command: ["go", "list", "-m", `${name}@latest`], answer: /(v\d\S*)$/m }),
};

/**
 * The newest version of a client that its registry has.
 *
 * @throws {Error} when the registry's own client is not on this machine, or knows no version
 */
export async function newestVersion(
  client: Pick<VersionedClient, "name" | "package" | "registry">,
): Promise<string> {
  const { command, answer } = QUESTIONS[client.registry](client.package);
  const [program, ...args] = command;
  let text: string;
  try {
    ({ stdout: text } = await run(program, args));
  } catch (cause) {
    throw new Error(
      `Cannot find the newest version of ${client.name}: ${installFailure(cause)}. Name one: ${client.name}@VERSION`,
      { cause },
    );
  }
  const [, first, second] = answer.exec(text) ?? [];
  const version = first ?? second;
  if (version === undefined)
    throw new Error(
      `Cannot find the newest version of ${client.name}: ${program} answered without one. Name one: ${client.name}@VERSION`,
    );
  return version;
}
