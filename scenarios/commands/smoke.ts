/**
 * `mlx-conform smoke`: tells a wrong adapter from a wrong implementation, and judges neither.
 *
 * @module
 */

import type { Command } from "commander";
import { EXIT_CODES, smoke, SUBJECT_LIMITS, subjectText } from "../../harness/mod.ts";
import type { ConformContext } from "./conform_context.ts";
import { findSubject } from "./resolve_subject.ts";

/** Adds the command. */
export function addSmokeCommand(program: Command, context: ConformContext): void {
  program
    .command("smoke")
    .description("See whether an adapter speaks the subject protocol, before anything is judged.")
    .requiredOption("--subject <command>", "the adapter: a command line, or a known name")
    .option("--once", "the adapter is run anew for each line", false)
    .action(async (options: { readonly subject: string; readonly once: boolean }) => {
      const checks = await smoke({
        ...findSubject(subjectText(options)),
        limits: SUBJECT_LIMITS,
      });
      for (const { name, fault, of } of checks)
        context.writeOut(
          fault === undefined ? `ok     ${name}\n` : `wrong  ${name}: ${fault} (${of})\n`,
        );
      const isWrong = checks.some(({ fault, of }) => fault !== undefined && of === "adapter");
      const verdict = isWrong
        ? "The adapter is wrong; nothing could be judged with it."
        : "The adapter is right; what the implementation does is for a run to judge.";
      context.writeOut(`${verdict}\n`);
      context.finish(isWrong ? EXIT_CODES["subject failed to start"] : EXIT_CODES.conformant);
    });
}
