/**
 * `mlx-conform subjects`: installs the implementations that this repository has adapters for.
 *
 * @module
 */

import { join } from "node:path";
import { Argument, type Command } from "commander";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { KNOWN_SUBJECTS } from "../../harness/subjects/known_subjects.ts";
import { SUBJECTS_DIRECTORY } from "./command_defaults.ts";
import { addCommandHelp } from "./command_help.ts";
import type { ConformContext } from "./conform_context.ts";
import { choicesParser } from "./option_parsers.ts";

/** The name of the Python environment with mlx and mlx-lm, which is not a subject itself. */
const MLX = "mlx";

/** Adds the command. */
export function addSubjectsCommand(program: Command, context: ConformContext): void {
  const names = [MLX, ...KNOWN_SUBJECTS.map(({ name }) => name)];
  const command = program
    .command("subjects")
    .description("Install clients to test, and MLX for Python, below .subjects.")
    .addArgument(
      new Argument("[names...]", `any of ${names.join(", ")} (default: all)`).argParser(
        choicesParser(names),
      ),
    )
    .action(async (wanted: readonly string[]) => {
      context.finish(await installAll(wanted.length === 0 ? names : wanted, context));
    });
  addCommandHelp(command, {
    examples: ["subjects", "subjects mlx", "subjects hub-js frost"],
    notes: [
      `"${MLX}" is a private Python environment with mlx and mlx-lm: some tests and the runner mlx-lm use it.`,
    ],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed"],
  });
}

async function installAll(names: readonly string[], context: ConformContext): Promise<number> {
  const { installSubject } = await import("../../harness/subjects/installing/install_subject.ts");
  const { installMlx } = await import("../../harness/subjects/installing/install_mlx.ts");
  const directory = join(process.cwd(), SUBJECTS_DIRECTORY);
  let exitCode: number = EXIT_CODES.conformant;
  for (const name of names) {
    const known = KNOWN_SUBJECTS.find((subject) => subject.name === name);
    const { outcome, detail } =
      known === undefined ? await installMlx() : await installSubject(known, directory);
    if (outcome === "failed") exitCode = EXIT_CODES["not conformant"];
    context.writeOut(
      `${name}: ${outcome === "failed" ? "cannot be installed here: " : ""}${detail}\n`,
    );
  }
  return exitCode;
}
