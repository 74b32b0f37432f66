import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { splitCommand } from "../../harness/subjects/find_program.ts";
import { captureConform } from "./capture_conform.ts";
import type { ConformContext } from "./conform_context.ts";
import { conformProgram, withSubcommands } from "./run_conform.ts";
import { suiteVersion } from "./suite_version.ts";

/** Imports that are loaded at once: types are not, nor what a command imports when it runs. */
const STATIC_IMPORT_REGEXP = /^(?:import (?!type )[^;]*?|export [^;]*?)from "(\.[^"]+)";/gms;
const CONTEXT: ConformContext = {
  random: () => 0.5,
  jobs: 1,
  worker: "",
  writeOut: () => {},
  writeErr: () => {},
  annotate: () => {},
  finish: () => {},
};

const ONE_SCENARIO = ["--only", "manage/model_id_round_trip", "--world", "memory", "--runs", "20"];

test("mlx-conform runs when no command is named, as `run` does", async () => {
  for (const words of [[], ["run"]]) {
    const { exitCode, out } = await captureConform(...words, ...ONE_SCENARIO);
    assert.equal(exitCode, 0, out);
    assert.match(
      out,
      /\nconformant in part \(profiles core, offline, environment, interop, durable, verdicts, places, commands, serving, inference\): 1 scenario runs/,
    );
  }
});

test("mlx-conform says what is wrong with a command line and ends with 2", async () => {
  for (const [words, why] of [
    [["--wrold", "memory"], /unknown option '--wrold'\n\(Did you mean --world\?\)/],
    [["--world", "memroy"], /Expected one of memory, disk, process\. \(Did you mean memory\?\)/],
    [["--runs", "0"], /Expected a positive integer\./],
    [["reprot"], /unknown command 'reprot'\n\(Did you mean report\?\)/],
    [["run", "report"], /too many arguments/],
    [["crash", "--model", "smalest"], /Did you mean smallest\?/],
    [["errno", "--code", "EOI"], /Expected one of .*EIO/],
    [["hostile", "--attacks", "-1"], /Expected a positive integer\./],
    [["subjects", "hub-jz"], /Did you mean hub-js\?/],
    [["bench", "downlod"], /unknown command 'downlod'\n\(Did you mean download\?\)/],
    [["nightly", "--minutes", "0"], /Expected a positive number of minutes\./],
    [["--only", "DL-NOTHING"], /neither a requirement nor a scenario/],
  ] as const) {
    const { exitCode, err } = await captureConform(...words);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
    assert.doesNotMatch(err, /\n\s+at /);
  }
});

test("every command has help with an example, exit codes and a version", async () => {
  const commands = commandWords();
  assert.ok(commands.length > 20);
  for (const words of commands) {
    const help = await captureConform(...words, "--help");
    assert.equal(help.exitCode, 0, words.join(" "));
    assert.match(help.out, /\nExamples:\n {2}\$ mlx-conform/, words.join(" "));
    assert.match(help.out, /\nExit codes:\n {2}0 {2}/, words.join(" "));
    const version = await captureConform(...words, "--version");
    assert.deepEqual([version.exitCode, version.out], [0, `${suiteVersion()}\n`], words.join(" "));
  }
});

test("every example in the help is a command line that is accepted", async () => {
  const examples = [];
  for (const words of commandWords()) {
    const { out } = await captureConform(...words, "--help");
    for (const [, line = ""] of out.matchAll(/^ {2}\$ mlx-conform ?(.*)$/gm)) examples.push(line);
  }
  assert.ok(examples.length > 30);
  for (const line of examples) {
    const program = conformProgram(CONTEXT);
    let isRun = false;
    for (const command of withSubcommands(program))
      command.action(() => {
        isRun = true;
      });
    const words = splitCommand(line);
    await program
      .parseAsync(words.length === 0 ? ["run"] : words, { from: "user" })
      .catch((error) => {
        // Help that was asked for.
        assert.equal(error.exitCode, 0, line);
        isRun = true;
      });
    assert.ok(isRun, line);
  }
});

test("help loads neither the harness nor the scenarios", () => {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const loaded = [main];
  for (const path of loaded)
    for (const [, specifier = ""] of readFileSync(path, "utf8").matchAll(STATIC_IMPORT_REGEXP)) {
      const target = resolve(dirname(path), specifier);
      if (!loaded.includes(target)) loaded.push(target);
    }
  assert.ok(loaded.length > 20);
  assert.deepEqual(
    loaded.filter((path) => /(?:harness|scenarios|src)[/\\]mod\.ts$/.test(path)),
    [],
  );
});

// Helpers

/** The words that name each command; none for the program itself. */
function commandWords(): string[][] {
  return withSubcommands(conformProgram(CONTEXT)).map((command) => {
    const words: string[] = [];
    for (let one: Command | null = command; one?.parent; one = one.parent)
      words.unshift(one.name());
    return words;
  });
}
