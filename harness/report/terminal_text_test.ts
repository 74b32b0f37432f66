import assert from "node:assert/strict";
import { test } from "node:test";
import { errorAnnotation, terminalText } from "./terminal_text.ts";

test("terminalText() leaves no control character but line feeds and tabs", () => {
  const every = Array.from({ length: 0x300 }, (_, code) => String.fromCodePoint(code)).join("");
  const hostile = `${every}\u202e\u2066\u2028`;
  const left = terminalText(hostile).match(/[\p{Cc}\p{Bidi_Control}\u2028]/gu);
  assert.deepEqual(left, ["\t", "\n"]);
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
