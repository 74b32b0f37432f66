/**
 * `mlx-conform smoke`: distinguishes a wrong adapter from a wrong implementation, and judges neither.
 *
 * @module
 */

import type { Command } from "commander";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { subjectText } from "../../harness/subjects/subject_text.ts";
import { onceOption } from "./command_defaults.ts";
import { addCommandHelp } from "./command_help.ts";
import type { ConformContext } from "./conform_context.ts";

/** Adds the command. */
export function addSmokeCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("smoke")
    .description("Check that an adapter speaks the subject protocol, before a run.")
    .requiredOption("--subject <command>", "the adapter: a command line, or a known name")
    .addOption(onceOption())
    .action(async (options: { readonly subject: string; readonly once?: boolean }) => {
      context.finish(await checkAdapter(subjectText(options), context));
    });
  addCommandHelp(command, {
    examples: ["smoke --subject hub-js", 'smoke --subject "python my_adapter.py"'],
    exitCodes: ["conformant", "usage", "subject failed to start", "harness failed"],
  });
}

async function checkAdapter(subject: string, context: ConformContext): Promise<number> {
  const { smoke, SUBJECT_LIMITS } = await import("../../harness/internal.ts");
  const { findSubject } = await import("./resolve_subject.ts");
  const checks = await smoke({ ...findSubject(subject), limits: SUBJECT_LIMITS });
  for (const { name, fault, of } of checks)
    context.writeOut(
      fault === undefined ? `ok     ${name}\n` : `wrong  ${name}: ${fault} (${of})\n`,
    );
  const isWrong = checks.some(({ fault, of }) => fault !== undefined && of === "adapter");
  const isUnable = checks.some(({ fault, of }) => fault !== undefined && of !== "adapter");
  const works = isUnable
    ? "The adapter works, and a plain download fails: mend that first, since a run would show little else."
    : "The adapter works. Whether the implementation does is for a run to find out.";
  const verdict = isWrong ? "The adapter is wrong: a run would prove nothing." : works;
  context.writeOut(`${verdict}\n`);
  return isWrong ? EXIT_CODES["subject failed to start"] : EXIT_CODES.conformant;
}
