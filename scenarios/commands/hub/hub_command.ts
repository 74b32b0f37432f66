/**
 * `mlx-conform hub`: the simulated hub as a server, for hands and for the tests of others.
 *
 * @module
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import { isRepositoryId } from "../../../src/layout/repository_id.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { collectText, parsePositiveInteger } from "../option_parsers.ts";
import { LOG_FORMS, type LogForm } from "./exchange_line.ts";

/** The options of the command. */
export interface HubOptions {
  /** A directory, or `generated`. */
  readonly model: string;
  readonly repository: string;
  readonly fault: readonly string[];
  /** Bytes per second and connection. */
  readonly slow?: number;
  readonly log?: LogForm | true;
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
}

/** Adds the command. */
export function addHubCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("hub")
    .description("Serve a model from the simulated hub, with the faults that you name.")
    .option("--model <directory>", 'directory whose files are served, or "generated"', "generated")
    .option("--repository <org/name>", "its name", parseRepository, "org/name")
    .addOption(
      new Option("--fault <words>", 'a fault; may be repeated; "list" prints the words')
        .argParser(collectText)
        .default([], "none"),
    )
    .option("--slow <bytes>", "bytes per second on each connection", parsePositiveInteger)
    .addOption(
      new Option(
        "--log [form]",
        "print each request when it is over: as a line, or as JSON",
      ).choices(LOG_FORMS),
    )
    .option("--port <port>", "port of the hub; any that is free when left out", parsePort)
    .option("--host <address>", "address of this machine to listen on; loopback when left out")
    .option("--token <token>", "without this token the repository does not exist")
    .action(async (options: HubOptions) => {
      if (options.fault.includes("list")) {
        const { faultLines } = await import("../../../harness/hub/faults/parse_fault.ts");
        context.writeOut(`${faultLines().join("\n")}\n`);
      } else {
        const { serveModel } = await import("./serve_model.ts");
        await serveModel(options, { ...context, stopped: untilStopped });
      }
      context.finish(EXIT_CODES.conformant);
    });
  addCommandHelp(command, {
    examples: [
      "hub",
      "hub --model ~/Models/mine --repository org/mine --port 8080 --log",
      'hub --fault "cut atByte=1000 how=rst path=*.safetensors" --fault "status status=503 kind=tree"',
      "hub --fault list",
    ],
    notes: [
      "Point a client at it by HF_ENDPOINT; the line to use is printed. Ctrl-C ends it.",
      "Without nth=… a fault occurs once. The files are held in memory.",
    ],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}

/** Resolves at Ctrl-C, or when the process is asked to end. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    // A signal may come twice: from the terminal, and from the program that started this one.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
}

function parseRepository(text: string): string {
  if (isRepositoryId(text)) return text;
  throw new InvalidArgumentError("Expected the name of a repository, such as org/name.");
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a port from 1 to 65535.");
}
