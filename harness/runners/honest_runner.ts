import type { RunnerEvent, RunnerRequest } from "../../spec/runner_messages.ts";
import type { ScriptedRunner } from "./scripted_programs.ts";

/** What an honest scripted runner says of itself. */
export const SCRIPTED_HELLO: RunnerEvent = {
  event: "hello",
  protocol: 1,
  name: "scripted",
  version: "1",
  runtimes: { script: "1" },
  device: "none",
  operations: ["load", "generate", "cancel", "unload", "download"],
};

/** The token at a place of a scripted answer. */
export function scriptedToken(at: number): number {
  return 3 + ((at * 7) % 200);
}

/** Answers one request as an honest runner does; the tokens are {@linkcode scriptedToken}s. */
export async function answerHonestly(
  runner: Pick<ScriptedRunner, "say">,
  request: RunnerRequest,
): Promise<void> {
  const { id } = request;
  if (request.op === "load") {
    await runner.say({
      event: "loaded",
      id,
      architecture: "llama",
      parameterCount: 1,
      tensorCount: 1,
      quantization: null,
      vocabularySize: 288,
    });
  } else if (request.op === "generate") {
    const tokens = Array.from({ length: request.maxTokens }, (_, at) => scriptedToken(at));
    for (const token of tokens) {
      // oxlint-disable-next-line no-await-in-loop -- tokens have one order
      await runner.say({ event: "token", id, token, text: "x" });
    }
    const promptIds = request.promptIds ?? [1];
    const text = "x".repeat(tokens.length);
    await runner.say({ event: "generated", id, promptIds, tokens, text, finish: "limit" });
  } else if (request.op === "unload") {
    await runner.say({ event: "unloaded", id });
  }
}
