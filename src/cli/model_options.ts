import { type Command, Option } from "commander";
import type { CodeTrust, Layout, ModelRequest } from "../../spec/mod.ts";
import { layoutNames } from "../layout/layouts/mod.ts";
import type { CommonOptions } from "./command_context.ts";

/** Options of the commands that are about a model on the disk. */
export interface ModelOptions extends CommonOptions {
  readonly layout?: Layout;
  readonly revision?: string;
}

/**
 * Adds the options that say which model on the disk is meant.
 *
 * @param json what `--json` does
 */
export function addModelOptions(command: Command, json = "print JSON"): Command {
  const layout = new Option("--layout <layout>", "layout to look in (default: all, best first)");
  return command
    .option("--root <directory>", "directory of the models")
    .addOption(layout.choices(layoutNames()))
    .option("--revision <revision>", "branch, tag or commit that the model must be of")
    .option("--json", json);
}

/** The request for a model on the disk. */
export function modelRequest(repository: string, options: ModelOptions): ModelRequest {
  const { layout, revision } = options;
  return { repository, ...(layout && { layout }), ...(revision && { revision }) };
}

/** The option that lets a runtime run code that comes with the model: `LOAD-CODE`. */
export function trustOption(): Option {
  return new Option("--trust-model-code", "let a runtime run the code in the model's directory");
}

/** What {@linkcode trustOption} says. */
export function trustOf({ trustModelCode }: CodeTrust): CodeTrust {
  return trustModelCode === true ? { trustModelCode } : {};
}
