/**
 * Paths of modules that are started as processes.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/**
 * The path of a module that is started as a process: TypeScript where this is source, JavaScript where it is built.
 *
 * @param name path without its ending, relative to the module that asks
 * @param url that module's `import.meta.url`
 */
export function moduleBeside(name: string, url: string): string {
  return fileURLToPath(new URL(`${name}.${url.split(".").at(-1)}`, url));
}
