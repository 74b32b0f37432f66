/**
 * The reference's command line, run within this process on a world's disk, hub and clock.
 *
 * @module
 */

import { styleText } from "node:util";
import type {
  CommandRequest,
  CommandResult,
  Host,
  SubjectConfig,
  WaitOptions,
} from "../../spec/mod.ts";
import { listenHttp } from "../../src/node/http_listener.ts";
import { Interruption } from "../../src/cli/exit_code.ts";
import { loadCommands } from "../../src/cli/load_commands.ts";
import { runCli } from "../../src/cli/run_cli.ts";
import type { Output } from "../../src/cli/text_output.ts";
import { packageVersion } from "../../src/package_version.ts";
import { SharedModelManager } from "../../src/shared_model_manager.ts";

// Now, as no simulated time passes while modules are read.
await loadCommands(undefined);

/** Where a command of the reference runs. */
export interface ReferenceCommandOptions extends WaitOptions {
  readonly host: Host;
  readonly config: SubjectConfig;
}

/** Runs the command once; when the signal is aborted it is interrupted as by Ctrl-C. */
export async function referenceCommand(
  request: CommandRequest,
  { host, config, signal }: ReferenceCommandOptions,
): Promise<CommandResult> {
  const written = { stdout: "", stderr: "" };
  const { columns } = request;
  const outputOf = (name: keyof typeof written): Output => ({
    write: (text) => (written[name] += text),
    columns,
    ...(columns !== undefined && {
      paint: (style, text) => styleText(style, text, { validateStream: false }),
    }),
  });
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Interruption("SIGINT"));
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    const exitCode = await runCli(wordsOf(request), {
      openHost: () => host,
      config,
      stdout: outputOf("stdout"),
      stderr: outputOf("stderr"),
      isTerminal: columns !== undefined,
      signal: controller.signal,
      version: packageVersion(),
      listen: listenHttp,
      createManager: (ownHost, ownConfig) => new SharedModelManager(ownHost, ownConfig),
    });
    return { exitCode, ...written };
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

/** The arguments behind the program's name. */
function wordsOf({
  operation,
  repository,
  token,
  endpoint,
  json,
  misuse,
}: CommandRequest): string[] {
  const takesModel = operation !== "list" && misuse !== "missing-argument";
  return [
    misuse === "unknown-command" ? "no-such-command" : operation,
    ...(takesModel ? [repository] : []),
    ...(operation === "remove" ? ["--yes"] : []),
    ...(operation === "download" && token !== undefined ? ["--token", token] : []),
    ...(operation === "download" && endpoint !== undefined ? ["--endpoint", endpoint] : []),
    ...(json === true ? ["--json"] : []),
    ...(misuse === "unknown-option" ? ["--no-such-option"] : []),
  ];
}
