/**
 * `mlx-conform drift`: whether a hub still answers as it did when its answers were recorded.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";

/** A small public model with files of both kinds. */
const REPOSITORY = "mlx-community/SmolLM-135M-Instruct-4bit";

/** What `mlx-conform drift` is asked to do. */
export interface DriftOptions {
  /** The hub that is asked; the simulated one where there is none. */
  readonly endpoint?: string;
  readonly repository: string;
  /** A recording; the package's own where there is none. */
  readonly against?: string;
  /** Where what was answered is written. */
  readonly record?: string;
}

/** Adds the command. */
export function addDriftCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("drift")
    .description(
      "Hold a hub against recorded answers: statuses, headers and kinds of values, no content.",
    )
    .option("--endpoint <url>", "the hub that is asked (default: the simulated one)", parseEndpoint)
    .option("--repository <org/name>", "a public model with small and large files", REPOSITORY)
    .option("--against <file>", "a recording (default: that of huggingface.co in this package)")
    .option("--record <file>", "write the shape of what was answered")
    .action(async (options: DriftOptions) => {
      const { showDrift } = await import("./drift.ts");
      context.finish(await showDrift(options, context));
    });
  addCommandHelp(command, {
    examples: [
      "drift",
      "drift --endpoint https://huggingface.co --record huggingface.json",
      "drift --against huggingface.json",
    ],
    notes: [
      "A dozen requests, without a token. Run the second where a network leads to the hub, then the third: what the simulated hub",
      "does not do any more as the real one does is printed, and the exit code is 1.",
    ],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed"],
  });
}

function parseEndpoint(text: string): string {
  try {
    const { protocol } = new URL(text);
    if (protocol === "https:" || protocol === "http:") return text.replace(/\/+$/, "");
  } catch {
    // It is told below.
  }
  throw new InvalidArgumentError("Expected an address, such as https://huggingface.co.");
}
