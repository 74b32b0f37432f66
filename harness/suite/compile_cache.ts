/*
 * Keeps what this process and its children compile of their modules for the next ones, which then start in half the time. Each
 * file of tests is a process of its own, and many of them run commands, so `npm test` loads this first.
 */
import * as nodeModule from "node:module";

if ("enableCompileCache" in nodeModule) {
  const { directory } = nodeModule.enableCompileCache();
  if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory;
}
