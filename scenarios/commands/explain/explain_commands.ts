/**
 * `mlx-conform explain` and `list`: what the suite tests, and why.
 *
 * @module
 */

import { Argument, type Command } from "commander";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { choiceParser } from "../option_parsers.ts";

/** What `mlx-conform list` can list. */
export const LISTS = ["requirements", "scenarios", "miniatures", "subjects"] as const;
/** One of these. */
export type ListName = (typeof LISTS)[number];

interface JsonOption {
  readonly json: boolean;
}

/** Adds `explain`. */
export function addExplainCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("explain")
    .description(
      "Show a requirement (its sentence, why, what is observed, what tests it), or what the cases of a scenario are.",
    )
    .argument("<name>", "a requirement, such as DL-RESUME, or a scenario, such as download/resume")
    .option("--json", "print JSON", false)
    .action(async (name: string, { json }: JsonOption) => {
      const { explainScenario, findScenario } = await import("./explain_scenario.ts");
      const scenario = findScenario(name);
      if (scenario !== undefined)
        return context.finish(explainScenario(scenario, { json, context }));
      const { explainRequirement } = await import("./explain.ts");
      return context.finish(await explainRequirement(name, { json, context }));
    });
  addCommandHelp(command, {
    examples: ["explain DL-RESUME", "explain download/resume", "explain DL-INTEGRITY --json"],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}

/** Adds `list`. */
export function addListCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("list")
    .description("List the requirements, scenarios, miniatures or known subjects.")
    .addArgument(
      new Argument("[what]", LISTS.join(", "))
        .argParser(choiceParser(LISTS))
        .default("requirements"),
    )
    .option("--json", "print JSON", false)
    .action(async (what: ListName, { json }: JsonOption) => {
      const { listAll } = await import("./list.ts");
      context.finish(listAll(what, { json, context }));
    });
  addCommandHelp(command, {
    examples: ["list", "list scenarios", "list subjects --json"],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}
