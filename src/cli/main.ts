import { createRequire, findPackageJSON } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";
import { EXIT_CODES, Interruption } from "./exit_code.ts";
import { runCli } from "./run_cli.ts";

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const interruption = new Interruption(signal);
    // Who asks a second time does not want to wait.
    if (controller.signal.aborted) process.exit(interruption.exitCode);
    controller.abort(interruption);
  });
}

process.stdout.on("error", exitWithoutOutput);
process.stderr.on("error", exitWithoutOutput);

process.exitCode = await runCli(process.argv.slice(2), {
  host: nodeHost(),
  config: { root: defaultRoot(), env: process.env },
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: process.stderr.isTTY,
  signal: controller.signal,
  version: packageVersion(),
  createManager: (host, config) => new SharedModelManager(host, config),
});

/** Empty for a user without a home directory, as in a container: then a root must be given. */
function defaultRoot(): string {
  try {
    return join(homedir(), "Documents", "Models");
  } catch {
    return "";
  }
}

/**
 * Whoever read our output may have closed it (`mlx-layout list | head -1`): nothing is left to say, nor anybody to say
 * it to. Any other failure, a full disk for example, is told if it can be.
 */
function exitWithoutOutput(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit(EXIT_CODES["output closed"]);
  process.stderr.write(`mlx-layout: Cannot write the output: ${error.message}\n`);
  process.exit(EXIT_CODES.failed);
}

function packageVersion(): string {
  const path = findPackageJSON(import.meta.url);
  const manifest: unknown = path === undefined ? undefined : createRequire(import.meta.url)(path);
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}
