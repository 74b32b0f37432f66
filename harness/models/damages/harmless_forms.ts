import { isQuantized, pickWeights, withFile, withoutPaths } from "./damage.ts";
import { HTML_PAGE } from "./foreign_bytes.ts";
import { headerText, withHeaderText } from "./change_header.ts";
import type { Harmless } from "./harmless_change.ts";
import type { TinyModel } from "../model_file.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";
import { writeSafetensors } from "../write_safetensors.ts";

/** Programs read a header of this length in another way than a short one. */
const LONG_BYTES = 1024 * 1024;

/** What a repository may have that nobody needs. */
const TIDIED_UP = ["._model.safetensors", "README.md", "onnx/config.json"];

/** Sound models in forms that a hasty reader of JSON or of a directory takes for broken. */
export const HARMLESS_FORMS: readonly Harmless[] = [
  {
    // Python writes and reads these three words where a number is expected; in a text they are words.
    name: "config-with-words-for-numbers",
    apply: (model) =>
      withConfigText(model, (text) =>
        text.replace(
          "{",
          String.raw`{ "limits": [NaN, -Infinity,Infinity], "note": "NaN, \"-Infinity\" in C:\\", "last": -Infinity,`,
        ),
      ),
  },
  {
    name: "header-with-much-white-space",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      const { __metadata__, ...entries } = JSON.parse(headerText(bytes)) as Record<string, unknown>;
      // Brackets, quotes and backslashes within texts open and close nothing.
      const odd = { "{[": "]}", 'a "b\\': '\\"{', "}": "[", c: "x\\", "dtype:": "a,b" };
      const metadata = { ...(__metadata__ as object), ...odd };
      const pairs = Object.entries({ __metadata__: metadata, ...entries }).map(
        ([name, value]) => `${JSON.stringify(name)}\t \r\n:\n ${JSON.stringify(value, null, "\t")}`,
      );
      const text = `{\r\n\t${pairs.join(" ,\n\n")}\t}\n\t `;
      return withFile(model, { path, bytes: withHeaderText(bytes, text) });
    },
  },
  {
    // The headers of large models are longer, and nothing says how long one may be but MLX's own limit.
    name: "header-longer-than-a-mebibyte",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      const text = headerText(bytes) + " ".repeat(LONG_BYTES);
      return withFile(model, { path, bytes: withHeaderText(bytes, text) });
    },
  },
  {
    name: "weights-of-other-tools-beside",
    apply: (model) => {
      const data = new Uint8Array(16).fill(1);
      const bytes = writeSafetensors([{ name: "lora_a", dtype: "F32", shape: [2, 2], data }]);
      const paths = ["adapters.safetensors", "onnx/model.safetensors"];
      return [...model.files, ...paths.map((path) => ({ path, bytes, lfs: true }))];
    },
  },
  {
    name: "other-files-of-no-use",
    apply: (model) => [
      ...model.files.filter(({ path }) => path !== "LICENSE"),
      { path: ".page.json", bytes: HTML_PAGE, lfs: false },
      { path: ".old/config.json", bytes: HTML_PAGE, lfs: false },
      { path: "sign-in.html", bytes: HTML_PAGE, lfs: false },
      { path: "LICENSE", bytes: new Uint8Array(), lfs: false },
    ],
  },
  {
    // Clients keep the records of what was downloaded and removed afterwards, as by a person who tidies up.
    name: "records-of-removed-files",
    apply: (model) => [
      ...withoutPaths(model, TIDIED_UP),
      ...TIDIED_UP.map((path) => ({
        path: `.cache/huggingface/download/${path}.metadata`,
        bytes: Buffer.from(`${"a".repeat(40)}\n${"b".repeat(64)}\n1700000000.0\n`),
        lfs: false,
      })),
    ],
  },
  {
    // An empty block is false in Python.
    name: "packing-that-says-nothing",
    apply: (model) =>
      isQuantized(model)
        ? [...model.files]
        : withFile(model, {
            path: "config.json",
            bytes: jsonBytes({ ...model.config, quantization_config: {} }),
          }),
  },
];

function withConfigText(model: TinyModel, change: (text: string) => string) {
  const config = model.files.find(({ path }) => path === "config.json");
  const text = new TextDecoder().decode(config?.bytes);
  return withFile(model, { path: "config.json", bytes: new TextEncoder().encode(change(text)) });
}
