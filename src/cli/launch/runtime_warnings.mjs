/**
 * Keeps warnings of Node.js from the user, who can do nothing about an experimental or deprecated feature of the
 * runtime. Who asks Node.js for their traces sees them (`NODE_OPTIONS=--trace-warnings`).
 *
 * Call it before the modules are loaded whose warnings it hides. Threads have `NODE_NO_WARNINGS`.
 */
export function hideRuntimeWarnings() {
  const asked = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");
  if (asked.includes("--trace-warnings")) return;
  process.removeAllListeners("warning");
}
