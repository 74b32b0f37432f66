import assert from "node:assert/strict";
import { test } from "node:test";
import { errorAnnotation, terminalText } from "./terminal_text.ts";

test("terminalText() leaves no control character but line feeds and tabs", () => {
  const every = Array.from({ length: 0x300 }, (_, code) => String.fromCodePoint(code)).join("");
  const hostile = `${every}\u202e\u2066\u2028`;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(
    terminalText(hostile),
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2066\u2028]/,
  );
  assert.equal(terminalText("a\tb\nc"), "a\tb\nc");
});

test("terminalText() leaves no command of a workflow", () => {
  const commands = [
    "::error::x",
    "  ::set-output name=a::b",
    "::stop-commands::t",
    "\r::add-mask::x",
  ];
  for (const command of commands)
    for (const text of [command, `line\n${command}`, `line\r\n${command}`])
      assert.doesNotMatch(terminalText(text, { isWorkflow: true }), /^\s*::/m);
  assert.doesNotMatch(terminalText("a ##[error]x", { isWorkflow: true }), /##\[/);
});

test("errorAnnotation() is one line", () => {
  assert.equal(errorAnnotation("a\n::error::b\u001b[1m").split("\n").length, 2);
});
