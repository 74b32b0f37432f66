import { changingJson } from "./lying_response.ts";
import { lyingHost } from "./lying_host.ts";

/** Takes nothing but tokenizer.json for a tokenizer. */
export const knowsOneTokenizer = lyingHost(
  {
    name: "knows_one_tokenizer",
    lie: "Takes nothing but tokenizer.json for a tokenizer.",
    breaks: ["LAYOUT-REQUIRED"],
  },
  ({ fetch }) => ({
    fetch: changingJson(fetch, (value) =>
      Array.isArray(value)
        ? value.filter(({ path }: { path?: string }) => !/\.model$|\.tiktoken$/.test(path ?? ""))
        : value,
    ),
  }),
);
