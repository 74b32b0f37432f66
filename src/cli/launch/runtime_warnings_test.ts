import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const MODULE = new URL("runtime_warnings.mjs", import.meta.url).href;
const CODE = `import { hideRuntimeWarnings } from ${JSON.stringify(MODULE)};
hideRuntimeWarnings();
process.emitWarning("something is experimental", "ExperimentalWarning");`;

async function stderrOf(args: readonly string[]): Promise<string> {
  const all = [...args, "--import", "tsx", "--input-type=module", "--eval", CODE];
  return (await promisify(execFile)(process.execPath, all)).stderr;
}

const skip = process.versions["deno"] !== undefined && "Deno takes no module of Node.js by --eval";

test("hideRuntimeWarnings() keeps warnings of Node.js from the user", { skip }, async () => {
  assert.equal(await stderrOf([]), "");
});

test("hideRuntimeWarnings() leaves them to who asks for their traces", { skip }, async () => {
  assert.match(await stderrOf(["--trace-warnings"]), /ExperimentalWarning: something/);
});
