import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/*
 * `tsx` runs the sources through esbuild, which lowers `using` to variables of the function. In a loop that catches errors and goes on,
 * the error of an earlier turn is thrown again at the end of a later one that went well. So a turn that uses something is a function.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LOOP = /^(?:for|while|do)\b/;
const FUNCTION = /=> \{$|^(?:(?:async|export|static|private|get|set|function)\b|[#*\w]+[(<].*\{$)/;

/** The lines of a formatted source in which `using` stands in a loop that catches errors. */
function usingInLoops(text: string): string[] {
  const lines = text.split("\n");
  return lines.filter((line, at) => {
    if (!/^\s*(?:await )?using \w/.test(line)) return false;
    let indent = indentOf(line);
    let isCaught = false;
    for (let above = at - 1; above >= 0; above--) {
      const header = lines[above] ?? "";
      if (header.trim() === "" || indentOf(header) >= indent) continue;
      indent = indentOf(header);
      const word = header.trim().replace(/^\} /, "");
      if (word.startsWith("try {")) isCaught = true;
      else if (LOOP.test(word)) return isCaught;
      else if (FUNCTION.test(word) && !/^(?:if|else|switch|catch)\b/.test(word)) return false;
    }
    return false;
  });
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

test("the rule finds `using` in a loop that goes on after an error, and not in a function of a loop", () => {
  const loop = (body: string) => `async function f() {\n  for (;;) {\n${body}\n  }\n}\n`;
  const caught = "    try {\n      using a = b();\n    } catch (error) {\n      c(error);\n    }";
  assert.equal(usingInLoops(loop(caught)).length, 1);
  assert.equal(usingInLoops(loop("    using a = b();")).length, 0);
  const inner =
    "    try {\n      await d(async () => {\n        using a = b();\n      });\n    } catch {}";
  assert.equal(usingInLoops(loop(inner)).length, 0);
});

test("no loop of the sources goes on with what `using` met in an earlier turn", () => {
  const found = ["spec", "src", "harness", "scenarios"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && name !== join("check", "using_in_loops_test.ts"))
      .flatMap((name) =>
        usingInLoops(readFileSync(join(ROOT, folder, name), "utf8")).map(
          (line) => `${folder}/${name}: ${line.trim()}`,
        ),
      ),
  );
  assert.deepEqual(found, []);
});
