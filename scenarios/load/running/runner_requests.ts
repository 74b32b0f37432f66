/**
 * What a runner must be asked for a request, and what an honest one then answers.
 *
 * @module
 */

import type { RunnerRequest } from "../../../spec/runner_messages.ts";
import {
  SCRIPTED_PROMPT,
  SCRIPTED_REST,
  scriptedText,
  scriptedToken,
} from "../../../harness/internal.ts";

/** What is asked of a model. */
export interface Asked {
  readonly prompt: string | readonly number[];
  readonly maxTokens: number;
  readonly chat: boolean | undefined;
  readonly topLogits: number | undefined;
  readonly stopAtEnd: boolean | undefined;
}

/** Without what nobody says. */
export function given({ prompt, maxTokens, chat, topLogits, stopAtEnd }: Asked) {
  return {
    prompt,
    maxTokens,
    ...(chat !== undefined && { chat }),
    ...(topLogits !== undefined && { topLogits }),
    ...(stopAtEnd !== undefined && { stopAtEnd }),
  };
}

/** What the runner must be asked, what is left out being what it is by default, and what it then answers. */
export function wantedOf(asked: Asked, directory: string) {
  const { prompt, maxTokens, topLogits = 0 } = asked;
  const isText = typeof prompt === "string";
  const stopAtEnd = asked.stopAtEnd ?? isText;
  const ids = Array.from({ length: maxTokens - (stopAtEnd ? 1 : 0) }, (_, at) => scriptedToken(at));
  const logits = ids.slice(0, topLogits).map((id, at) => ({ id, logit: 1.5 - at }));
  return {
    load: { op: "load", directory },
    generate: withDefaults({
      op: "generate",
      ...(isText ? { prompt, chat: asked.chat ?? false } : { promptIds: prompt }),
      maxTokens,
      topLogits,
      stopAtEnd,
    }),
    made: {
      tokens: ids.map((id, at) => ({
        id,
        text: scriptedText(at),
        ...(topLogits > 0 && { topLogits: logits }),
      })),
      text: ids.map((_, at) => scriptedText(at)).join("") + (stopAtEnd ? "" : SCRIPTED_REST),
      promptIds: isText ? SCRIPTED_PROMPT : prompt,
      finish: stopAtEnd ? "stop" : "limit",
    },
  };
}

/** A request says a default or leaves it out. */
function withDefaults(request: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isDefault = ([key, value]: readonly [string, unknown]) =>
    (["chat", "stopAtEnd", "trustModelCode"].includes(key) && value === false) ||
    (key === "topLogits" && value === 0);
  return Object.fromEntries(Object.entries(request).filter((entry) => !isDefault(entry)));
}

/** Load and generate as two texts that are equal where the requests ask for the same. */
export function requestsShown(one: readonly [unknown, unknown], isEncoded: boolean): string {
  return one
    .map((request) => withoutId(request as RunnerRequest | undefined))
    .map((request) => (isEncoded ? { ...request, prompt: 0, promptIds: 0, chat: 0 } : request))
    .map((request) => JSON.stringify(sorted(request)))
    .join(" ");
}

function withoutId(request: RunnerRequest | undefined): Record<string, unknown> {
  const { id: _id, ...rest } = request ?? { id: 0 };
  return withDefaults(rest);
}

function sorted(request: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
