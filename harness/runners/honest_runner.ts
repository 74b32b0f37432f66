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

/** Characters of several bytes, and some that end a line in other formats. */
const CHARACTERS: readonly string[] = ["\u00f6", "\u2028", "\u{1f642}", "\u0085"];

/** The text of that token; a character may be whole only with the second. */
export function scriptedText(at: number): string {
  return at % 3 === 0 ? "" : ` w${at}${CHARACTERS[at % CHARACTERS.length]}`;
}

/** What the whole text has behind the texts of the tokens: a character that was begun, and that no token made whole. */
export const SCRIPTED_REST = "\uFFFD";

/** What a text's tokens are said to be. */
export const SCRIPTED_PROMPT: readonly number[] = [1, 40, 2];

/**
 * Answers one request as an honest runner does; the tokens are {@linkcode scriptedToken}s. Where the end of a text is to
 * end the answer, it comes one token early.
 */
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
    const { maxTokens, topLogits = 0, stopAtEnd = false } = request;
    const tokens = Array.from({ length: maxTokens - (stopAtEnd ? 1 : 0) }, (_, at) =>
      scriptedToken(at),
    );
    const logits = tokens.slice(0, topLogits).map((token, at) => ({ id: token, logit: 1.5 - at }));
    for (const [at, token] of tokens.entries()) {
      const one = { event: "token", id, token, text: scriptedText(at) } as const;
      // oxlint-disable-next-line no-await-in-loop -- tokens have one order
      await runner.say(topLogits === 0 ? one : { ...one, topLogits: logits });
    }
    const promptIds = request.promptIds ?? SCRIPTED_PROMPT;
    const whole = tokens.map((_, at) => scriptedText(at)).join("");
    const text = stopAtEnd ? whole : whole + SCRIPTED_REST;
    const finish = stopAtEnd ? "stop" : "limit";
    await runner.say({ event: "generated", id, promptIds, tokens, text, finish });
  } else if (request.op === "unload") {
    await runner.say({ event: "unloaded", id });
  }
}
