import { type Command, Option } from "commander";
import { type Layout, LAYOUTS, type ModelRequest } from "../../spec/mod.ts";
import type { CommonOptions } from "./session.ts";

/** Options of the commands that are about a model on the disk. */
export interface ModelOptions extends CommonOptions {
  readonly layout?: Layout;
  readonly revision?: string;
}

/** Adds the options that say which model on the disk is meant. */
export function addModelOptions(command: Command): Command {
  return command
    .option("--root <directory>", "directory of the models")
    .addOption(
      new Option(
        "--layout <layout>",
        "where it is looked for (default: all, one after the other)",
      ).choices(Object.keys(LAYOUTS)),
    )
    .option("--revision <revision>", "branch, tag or commit that it must be")
    .option("--json", "print JSON");
}

/** The request for a model on the disk. */
export function modelRequest(repository: string, options: ModelOptions): ModelRequest {
  const { layout, revision } = options;
  return { repository, ...(layout && { layout }), ...(revision && { revision }) };
}
