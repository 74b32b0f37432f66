import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { Session } from "./command_context.ts";
import { loadCommands } from "./load_commands.ts";

async function namesOf(name: string | undefined): Promise<readonly string[]> {
  const program = new Command();
  const refuse = () => {
    throw new Error("Nothing is run");
  };
  const output = { write: refuse };
  const session = new Session({
    openHost: refuse,
    createManager: refuse,
    listen: refuse,
    config: { root: "/nowhere", env: {} },
    stdout: output,
    stderr: output,
    isTerminal: false,
    signal: new AbortController().signal,
    version: "1.2.3",
  });
  for (const addCommand of await loadCommands(name)) addCommand(program, session);
  return program.commands.map((command) => command.name());
}

test("each command is there by itself, and with all others where they are named", async () => {
  const all = await namesOf(undefined);
  assert.deepEqual(await namesOf("no-such-command"), all);
  assert.deepEqual(await namesOf("completions"), all);
  assert.deepEqual(await namesOf("--version"), []);
  for (const name of all) {
    // oxlint-disable-next-line no-await-in-loop -- a few modules
    const loaded = await namesOf(name);
    assert.ok(loaded.includes(name), name);
    assert.ok(name === "completions" || loaded.length <= 2, loaded.join());
  }
});
