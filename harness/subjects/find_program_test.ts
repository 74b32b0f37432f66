import assert from "node:assert/strict";
import { test } from "node:test";
import { findProgram, splitCommand } from "./find_program.ts";
import { installedName, KNOWN_SUBJECTS } from "./known_subjects.ts";

test("splitCommand() splits at blanks, and quotes hold a word together", () => {
  assert.deepEqual(splitCommand(`python3 "my adapter.py" '--a b'  -x`), [
    "python3",
    "my adapter.py",
    "--a b",
    "-x",
  ]);
});

test("findProgram() knows the names of subjects, and says how one is installed", () => {
  const options = { installedUnder: "/nowhere" };
  assert.match(findProgram("naive-curl", options).command.join(" "), /once_shim.*naive_curl\.sh/);
  assert.throws(() => findProgram("hub-js", options), /mlx-conform subjects hub-js/);
  assert.deepEqual(findProgram("./mine --fast", options), {
    command: ["./mine", "--fast"],
    env: {},
  });
});

test("known subjects have names of their own, and share what they have in common", () => {
  const names = KNOWN_SUBJECTS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const [cache, directory] = ["python-hub-2", "python-hub-2-local-dir"].map((name) =>
    KNOWN_SUBJECTS.find((subject) => subject.name === name),
  );
  assert.ok(cache !== undefined && directory !== undefined);
  assert.equal(installedName(cache), installedName(directory));
  assert.match(installedName(cache), /^[\w.@+-]+$/);
});
