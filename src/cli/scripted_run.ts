/**
 * The command line over a scripted manager, for the tests of its commands.
 *
 * @module
 */

import { resolve } from "node:path";
import { Ajv } from "ajv";
import schema from "../../spec/output.schema.json" with { type: "json" };
import type { SubjectConfig } from "../../spec/mod.ts";
import { nodeHost } from "../node_host.ts";
import type { CliEnvironment, CliManager } from "./cli_environment.ts";
import { runCli } from "./run_cli.ts";

/** The root of a scripted run. */
export const ROOT = resolve("/models");

/** Where a scripted run has the model `org/name`. */
export const DIRECTORY = resolve("/models/models/org/name");

/**
 * Runs the command over a manager that answers as scripted; a call without an answer fails. What it prints with
 * `--json` must be of the schema.
 *
 * @param line arguments, separated by blanks, or a list of them
 */
export async function runScripted(
  line: string | readonly string[],
  answers: Partial<CliManager> = {},
  options: Partial<CliEnvironment> = {},
) {
  const written = { stdout: "", stderr: "" };
  const configs: SubjectConfig[] = [];
  const refuse = (name: string) => () => Promise.reject(new Error(`${name} was not expected`));
  const manager: CliManager = {
    download: refuse("download"),
    downloadUrl: refuse("downloadUrl"),
    downloadDelegated: refuse("downloadDelegated"),
    planDownload: refuse("planDownload"),
    latestCommit: refuse("latestCommit"),
    canLoad: refuse("canLoad"),
    locate: refuse("locate"),
    status: refuse("status"),
    verify: refuse("verify"),
    list: refuse("list"),
    survey: refuse("survey"),
    serve: refuse("serve"),
    remove: refuse("remove"),
    migrate: refuse("migrate"),
    // Asked for the command that mends, whatever the command is about.
    diagnose: async () => ({ models: 0, findings: [] }),
    mend: refuse("mend"),
    planRemoval: refuse("planRemoval"),
    removeDirectory: refuse("removeDirectory"),
    repositoryIn: refuse("repositoryIn"),
    share: refuse("share"),
    check: refuse("check"),
    checkDirectory: refuse("checkDirectory"),
    plan: refuse("plan"),
    planDirectory: refuse("planDirectory"),
    run: refuse("run"),
    ...answers,
  };
  const args = typeof line === "string" ? line.split(" ").filter((arg) => arg !== "") : line;
  const exitCode = await runCli(args, {
    openHost: nodeHost,
    config: { root: ROOT, env: {} },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    isTerminal: false,
    signal: new AbortController().signal,
    version: "1.2.3",
    listen: refuse("listen"),
    createManager: (_, config) => {
      configs.push(config);
      return manager;
    },
    ...options,
  });
  if (args.includes("--json")) assertOutput(written.stdout);
  return { exitCode, root: configs[0]?.root, ...written };
}

const isOutput = new Ajv({ strict: false }).compile(schema);

/**
 * Checks that each line is what `spec/output.schema.json` describes.
 *
 * @throws {Error} with the first line that is not
 */
export function assertOutput(stdout: string): void {
  for (const line of stdout.split("\n").slice(0, -1)) {
    if (isOutput(JSON.parse(line))) continue;
    throw new Error(`Not of the schema: ${line}: ${JSON.stringify(isOutput.errors)}`);
  }
}
