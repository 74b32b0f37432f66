import { existsSync } from "node:fs";
import * as module from "node:module";
import { fileURLToPath } from "node:url";
import { oldNodeMessage } from "./old_node_message.mjs";
import { hideRuntimeWarnings } from "./runtime_warnings.mjs";

/**
 * Starts a command whose `main.ts`, or `main.js` where it is built, lies beside its entry point. A Node that is too old is
 * refused in one line, with exit code 2.
 *
 * @param {string} name of the command
 * @param {string} url the entry point's `import.meta.url`
 */
export async function launch(name, url) {
  const message = oldNodeMessage(name, process.versions.node);
  if (message !== undefined) {
    process.stderr.write(`${message}\n`);
    process.exitCode = 2;
    return;
  }
  hideRuntimeWarnings();
  // Compiled once, the modules load in half the time; a directory that cannot be written is no failure.
  if ("enableCompileCache" in module) module.enableCompileCache();
  const source = new URL("main.ts", url);
  const isClone = existsSync(source);
  try {
    await import(isClone ? source.href : new URL("main.js", url).href);
  } catch (error) {
    if (!isClone || !isMissingPackage(error)) throw error;
    const clone = fileURLToPath(new URL("../../../", import.meta.url));
    process.stderr.write(
      `${name}: What it imports is not installed: run npm ci in ${clone} (${String(error).split("\n")[0]})\n`,
    );
    process.exitCode = 1;
  }
}

/** @param {unknown} error */
function isMissingPackage(error) {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
