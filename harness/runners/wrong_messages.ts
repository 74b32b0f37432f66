/** A token that is right, but for its id. */
const TOKEN = { event: "token", token: 3, text: "x" };
const LOADED = {
  event: "loaded",
  architecture: "llama",
  parameterCount: 1,
  tensorCount: 1,
  quantization: null,
  vocabularySize: 288,
};
const GENERATED = {
  event: "generated",
  promptIds: [5, 6, 7],
  tokens: [],
  text: "",
  finish: "limit",
};

/** Messages that the runner protocol does not have, by what is wrong with them; each is then given the id of the request. */
export const WRONG_MESSAGES: Readonly<Record<string, unknown>> = {
  "no object": null,
  "a list": [TOKEN],
  "an event that there is not": { event: "ready" },
  "an event that is no text": { ...TOKEN, event: 3 },
  "an event of every object": { event: "constructor" },
  "a token without its number": { event: "token", text: "x" },
  "a token below 0": { ...TOKEN, token: -1 },
  "a token between two": { ...TOKEN, token: 1.5 },
  "a token with another field": { ...TOKEN, logit: 1 },
  "a text that is a number": { ...TOKEN, text: 3 },
  "logits without numbers": { ...TOKEN, topLogits: [{ id: 3 }] },
  "a logit that is a text": { ...TOKEN, topLogits: [{ id: 3, logit: "1" }] },
  "logits that are no list": { ...TOKEN, topLogits: { id: 3, logit: 1 } },
  "a model of no architecture": { ...LOADED, architecture: "" },
  "a model of half a tensor": { ...LOADED, tensorCount: 0.5 },
  "a packing that is a number": { ...LOADED, quantization: 4 },
  "a model without its vocabulary": { ...LOADED, vocabularySize: undefined },
  "a model with another field": { ...LOADED, dtype: "float16" },
  "an end of another kind": { ...GENERATED, finish: "error" },
  "an end without a text": { ...GENERATED, text: undefined },
  "an end whose tokens are texts": { ...GENERATED, tokens: ["3"] },
  "an end that none asked for": { ...GENERATED, finish: "cancelled" },
  "an end with a token that never came": { ...GENERATED, tokens: [3] },
  "an end of another prompt": { ...GENERATED, promptIds: [5, 6, 8] },
  "a refusal of another kind": { event: "error", kind: "oops", message: "no" },
  "a refusal without a word": { event: "error", kind: "cannot-load" },
  "a second hello": {
    event: "hello",
    protocol: 1,
    name: "scripted",
    version: "1",
    runtimes: {},
    device: "none",
    operations: ["load"],
  },
  "progress of no download": { event: "progress", bytesDone: 1, bytesTotal: 2 },
};

/** One of {@linkcode WRONG_MESSAGES} as a line for a request. */
export function wrongLine(message: unknown, id: number): string {
  const isOwn = typeof message === "object" && message !== null && !Array.isArray(message);
  if (!isOwn) return `${JSON.stringify(message)}\n`;
  const isHello = "event" in message && message.event === "hello";
  return `${JSON.stringify(isHello ? message : Object.assign({ id }, message))}\n`;
}
