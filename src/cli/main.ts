import { homedir } from "node:os";
import { join } from "node:path";
import { packageVersion } from "../package_version.ts";
import { EXIT_CODES, Interruption } from "./exit_code.ts";
import { terminalOutput } from "./output/terminal_output.ts";
import { runCli } from "./run_cli.ts";

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const interruption = new Interruption(signal);
    // The second interruption does not wait.
    if (controller.signal.aborted) process.exit(interruption.exitCode);
    controller.abort(interruption);
  });
}

process.stdout.on("error", exitWithoutOutput);
process.stderr.on("error", exitWithoutOutput);

process.exitCode = await runCli(process.argv.slice(2), {
  openHost: async () => {
    const { nodeHost } = await import("../node_host.ts");
    return nodeHost();
  },
  config: { root: defaultRoot(), env: process.env },
  stdout: terminalOutput(process.stdout),
  stderr: terminalOutput(process.stderr),
  // Nothing can be rewritten on a dumb terminal.
  isTerminal: process.stderr.isTTY && process.env["TERM"] !== "dumb",
  signal: controller.signal,
  ask: process.stdin.isTTY && process.stdout.isTTY ? ask : undefined,
  version: packageVersion(),
  listen: async (answer, options) => {
    const { listenHttp } = await import("../node/http_listener.ts");
    return listenHttp(answer, options);
  },
  createManager: async (host, config) => {
    const { commandManager } = await import("./command_manager.ts");
    return commandManager(host, config);
  },
});

/** Anything but a word that begins with "y" is no. */
async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(question, { signal: controller.signal });
    return /^y/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** Empty for a user without a home directory, as in a container: then a root must be given. */
function defaultRoot(): string {
  try {
    return join(homedir(), "Documents", "Models");
  } catch {
    return "";
  }
}

/**
 * The reader of the output may have closed it (`mlx-layout list | head -1`): then nothing is left to print. Any other
 * failure, a full disk for example, is reported if it can be.
 */
function exitWithoutOutput(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit(EXIT_CODES["output closed"]);
  process.stderr.write(`mlx-layout: Cannot write the output: ${error.message}\n`);
  process.exit(EXIT_CODES.failed);
}
