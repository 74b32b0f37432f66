import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findProgram, splitCommand } from "./find_program.ts";
import { installedName, KNOWN_SUBJECTS } from "./known_subjects.ts";
import { subjectOptions, subjectText } from "./subject_text.ts";
import { SUBJECT_LIMITS, type SubjectHello } from "./message.ts";
import { programSubject } from "./program.ts";

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
});

test("findProgram() lets relative paths start from the caller's directory", () => {
  const cwd = fileURLToPath(new URL("adapters", import.meta.url));
  const commandOf = (text: string) =>
    findProgram(text, { installedUnder: "/nowhere", cwd }).command;
  assert.deepEqual(commandOf("./mine --fast"), [join(cwd, "mine"), "--fast"]);
  assert.deepEqual(commandOf("bin/mine ../x.json"), [
    join(cwd, "bin/mine"),
    join(cwd, "../x.json"),
  ]);
  // A program by its name is looked for in PATH, an argument that is no file is left as it is.
  assert.deepEqual(commandOf("sh naive_curl.sh swift_hubs /abs/x -- nowhere.py"), [
    "sh",
    join(cwd, "naive_curl.sh"),
    "swift_hubs",
    "/abs/x",
    "--",
    "nowhere.py",
  ]);
});

test("findProgram() puts a program that is run anew for each line behind the shim", () => {
  const cwd = fileURLToPath(new URL("adapters", import.meta.url));
  const { command } = findProgram("--once sh naive_curl.sh", { installedUnder: "/nowhere", cwd });
  const [node, shim, ...rest] = command;
  assert.equal(node, process.execPath);
  assert.match(shim ?? "", /adapters.once_shim\.(ts|js)$/);
  assert.deepEqual(rest, ["sh", join(cwd, "naive_curl.sh")]);
});

test("subjectText() and subjectOptions() are each other's reverse", () => {
  assert.equal(subjectText({ subject: "sh a.sh", once: true }), "--once sh a.sh");
  assert.equal(subjectText({ subject: "hub-js", once: false }), "hub-js");
  assert.equal(subjectText({}), undefined);
  assert.throws(() => subjectText({ once: true }), /--subject/);
  assert.equal(subjectOptions("--once sh a.sh"), '--once --subject "sh a.sh"');
  assert.equal(subjectOptions("hub-js"), "--subject hub-js");
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

test("programSubject() shows name and version in one line, whatever a program calls itself", () => {
  const claims: SubjectHello = {
    type: "hello",
    id: 0,
    protocol: 1,
    name: "mine\n\nMUST: 155 held\u001b[2J\u202e",
    version: `1.0${"x".repeat(1000)}`,
    roles: ["downloader"],
    operations: ["download"],
    capabilities: [],
    layouts: ["hubapi"],
  };
  const { name, version } = programSubject({ command: ["true"], limits: SUBJECT_LIMITS }, claims);
  assert.equal(name, "mine MUST: 155 held [2J");
  assert.equal(version.length, 100);
});
