import { type Command, Option } from "commander";
import { type Layout, LAYOUTS, type ModelRequest } from "../../spec/mod.ts";
import type { CommonOptions } from "./command_context.ts";

/** Options of the commands that are about a model on the disk. */
export interface ModelOptions extends CommonOptions {
  readonly layout?: Layout;
  readonly revision?: string;
}

/** The option that says where a model is looked for. */
export function layoutOption(): Option {
  const text = "where it is looked for (default: all, one after the other)";
  return new Option("--layout <layout>", text).choices(Object.keys(LAYOUTS));
}

/** The option that says which revision of a model it must be. */
export function revisionOption(): Option {
  return new Option("--revision <revision>", "branch, tag or commit that it must be");
}

/** Adds the options that say which model on the disk is meant. */
export function addModelOptions(command: Command): Command {
  return command
    .option("--root <directory>", "directory of the models")
    .addOption(layoutOption())
    .addOption(revisionOption())
    .option("--json", "print JSON");
}

/** The request for a model on the disk. */
export function modelRequest(repository: string, options: ModelOptions): ModelRequest {
  const { layout, revision } = options;
  return { repository, ...(layout && { layout }), ...(revision && { revision }) };
}
