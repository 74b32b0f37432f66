import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentText, descriptorPath, parseStrace } from "./parse_strace.ts";

test("a call is read with its arguments, its time and its result", () => {
  const [call] = parseStrace(
    String.raw`17 12.500000 openat(AT_FDCWD</tmp>, "/w/a<b>\"\303\251, (x).txt", O_RDONLY|O_CLOEXEC) = 18</w/a\74b\76\"\303\251, (x).txt>`,
  );
  assert.deepEqual([call?.pid, call?.timeMs, call?.name], [17, 12_500, "openat"]);
  assert.equal(call?.args.length, 3);
  assert.equal(argumentText(call?.args[1]), '/w/a<b>"é, (x).txt');
  assert.equal(descriptorPath(call?.result), '/w/a<b>"é, (x).txt');
});

test("a call that another thread cut in two is one call, with the time at which it began", () => {
  const calls = parseStrace(
    [
      "1 1.0 read(3</w/a>,  <unfinished ...>",
      `2 2.0 read(4</w/b>, "y", 8) = 1`,
      `1 3.0 <... read resumed>"x", 4096) = 1`,
    ].join("\n"),
  );
  assert.deepEqual(
    calls.map(({ pid, timeMs, args }) => [pid, timeMs, args.at(-1)]),
    [
      [2, 2000, "8"],
      [1, 1000, "4096"],
    ],
  );
});

test("what is not a call, and what never returned, is left out", () => {
  const log = [
    "1 1.0 --- SIGCHLD {si_signo=SIGCHLD} ---",
    "1 1.0 +++ exited with 0 +++",
    "1 1.0 exit_group(0) = ?",
    "1 1.0 read(3</w/a>, <unfinished ...>",
  ];
  assert.deepEqual(parseStrace(log.join("\n")), []);
});

test("a log without times and paths is read as well", () => {
  const [call] = parseStrace(`1 open("/w/a", O_RDONLY) = 3`);
  assert.deepEqual(call, {
    pid: 1,
    timeMs: 0,
    name: "open",
    args: ['"/w/a"', "O_RDONLY"],
    result: "3",
    lines: { begin: 0, end: 0 },
    isInjected: false,
  });
});
