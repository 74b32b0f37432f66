import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { ModelError } from "../../errors.ts";
import type { TimedGeneration } from "../../run/generate_text.ts";
import type { CliManager, CliEnvironment } from "../cli_environment.ts";
import { Interruption } from "../exit_code.ts";
import { DIRECTORY, runScripted } from "../scripted_run.ts";

const MADE: TimedGeneration = {
  directory: DIRECTORY,
  runner: "reference",
  why: "it was asked for",
  model: {
    architecture: "llama",
    parameterCount: 1,
    tensorCount: 1,
    quantization: undefined,
    vocabularySize: 288,
  },
  promptIds: [3, 4],
  tokens: [
    { id: 5, text: "a\n" },
    { id: 6, text: "b\u0007" },
    { id: 7, text: "c" },
  ],
  text: "a\nb\u0007c",
  finish: "limit",
  startMs: 100,
  loadMs: 250,
  firstTokenMs: 1500,
  restMs: 100,
};

type RunCall = Parameters<CliManager["run"]>;

/** Runs the command over a manager that has the model, and notes what it was asked. */
async function run(
  args: readonly string[],
  answers: Partial<CliManager> = {},
  options: Partial<CliEnvironment> = {},
) {
  const asked: RunCall[] = [];
  const made = await runScripted(
    args,
    {
      locate: async () => DIRECTORY,
      run: async (...call) => {
        asked.push(call);
        for (const token of MADE.tokens) call[1].onToken?.(token);
        return MADE;
      },
      ...answers,
    },
    options,
  );
  return { asked, ...made };
}

test("run streams the answer, asks in the chat template, and says who answered", async () => {
  const { exitCode, asked, stdout, stderr } = await run(["run", "org/name", "--prompt", "hello"]);
  assert.equal(exitCode, 0);
  assert.equal(stdout, "a\nb\\u{7}c\n");
  assert.equal(stderr, "reference, as it was asked for: 3 tokens\n");
  const [model, { onToken: _onToken, signal: _signal, ...request } = {}] = asked[0] ?? [];
  assert.deepEqual(model, { repository: "org/name" });
  assert.deepEqual(request, { prompt: "hello", maxTokens: 128, runner: "auto", chat: true });
});

test("run takes a directory, a runner, a limit and plain text", async () => {
  const line = ["run", "/some/where", "--prompt", "x", "--raw", "--runner", "mlx-lm"];
  const { asked } = await run([...line, "--max-tokens", "7"]);
  const [model, { chat, maxTokens, runner } = {}] = asked[0] ?? [];
  assert.deepEqual(model, { directory: resolve("/some/where") });
  assert.deepEqual([chat, maxTokens, runner], [false, 7, "mlx-lm"]);
});

test("run --json prints a line for each token and the whole at the end", async () => {
  const { stdout, stderr } = await run(["run", "org/name", "--prompt", "hello", "--json"]);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string });
  assert.deepEqual(
    lines.map(({ event }) => event),
    ["token", "token", "token", "generated"],
  );
  assert.equal(stderr, "");
});

test("run is misused without a prompt, with a limit of 0 or with an unknown runner", async () => {
  for (const args of [
    [],
    ["--prompt", "x", "--max-tokens", "0"],
    ["--prompt", "x", "--runner", "y"],
  ]) {
    assert.equal((await run(["run", "org/name", ...args])).exitCode, 2);
  }
});

test("run tells why a model is not loaded, and ends as interrupted when it is", async () => {
  const fails = (error: Error) => ({ run: () => Promise.reject(error) });
  const refused = new ModelError("corrupt-model", "Cannot load it", { file: "model.safetensors" });
  const broken = await run(["run", "org/name", "--prompt", "x", "--json"], fails(refused));
  assert.equal(broken.exitCode, 1);
  assert.match(broken.stdout, /"code":"corrupt-model".*"file":"model.safetensors"/);
  const stop = new AbortController();
  stop.abort(new Interruption("SIGINT"));
  const error = new ModelError("cancelled", "Cannot go on");
  const stopped = await run(["run", "org/name", "--prompt", "x"], fails(error), {
    signal: stop.signal,
  });
  assert.equal(stopped.exitCode, 130);
});

test("bench prints the times and how many tokens came in a second", async () => {
  const { exitCode, asked, stdout } = await run(["bench", "org/name", "--prompt-tokens", "2"]);
  assert.equal(exitCode, 0);
  assert.deepEqual(asked[0]?.[1].prompt, [3, 4]);
  assert.equal(
    stdout,
    `runner          reference
start           0.10 s
load            0.25 s
first token     1.50 s (2 tokens of prompt)
tokens a second 20.0 (3 tokens)
`,
  );
});

test("download --by lets a runtime download into its own place, and takes no place from us", async () => {
  const asked: unknown[] = [];
  const downloadDelegated: CliManager["downloadDelegated"] = async (request) => {
    asked.push(request);
    return { directory: DIRECTORY, commit: "c", files: [], bytesFetched: 1, offline: false };
  };
  const line = ["download", "org/name", "--by", "mlx-lm", "--revision", "v1"];
  const done = await run(line, { downloadDelegated });
  assert.equal(done.exitCode, 0);
  assert.match(done.stdout, new RegExp(`${DIRECTORY}\n$`));
  assert.deepEqual(asked, [{ repository: "org/name", revision: "v1", runner: "mlx-lm" }]);
  assert.equal((await run([...line, "--layout", "lmstudio"])).exitCode, 2);
  assert.equal((await run(["download", "https://x.example/f", "--by", "mlx-lm"])).exitCode, 2);
});
