import type { CheckCause } from "../../../spec/mod.ts";
import {
  type Damage,
  type DamageEntry,
  fileAt,
  namedDamages,
  withFile,
  withoutPaths,
} from "./damage.ts";
import { lfsPointer } from "../../hub/hub_file.ts";
import { HTML_PAGE } from "./foreign_bytes.ts";
import type { TinyModel } from "../model_file.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";

const TOKENIZER = "tokenizer.json";
const TOKENIZER_CONFIG = "tokenizer_config.json";
const TEMPLATE = "chat_template.jinja";

/** A tokenizer or chat template that is present but of no use: `LOAD-TOKENIZER`, `LOAD-TEMPLATE`. */
export const TOKENIZER_DAMAGES: readonly Damage[] = namedDamages({
  "tokenizer-missing": {
    cause: "missing-tokenizer",
    acceptedByMlx: false,
    apply: (model) => withoutPaths(model, [TOKENIZER]),
  },
  "tokenizer-empty": replaced("bad-tokenizer", {
    path: TOKENIZER,
    change: () => new Uint8Array(0),
  }),
  "tokenizer-cut": replaced("bad-tokenizer", { path: TOKENIZER, change: half }),
  "tokenizer-not-a-tokenizer": replaced("bad-tokenizer", {
    path: TOKENIZER,
    change: () => jsonBytes({ version: "1.0", model_type: "llama" }),
  }),
  "tokenizer-a-list": replaced("bad-tokenizer", { path: TOKENIZER, change: () => jsonBytes([]) }),
  "tokenizer-config-a-list": replaced("bad-tokenizer", {
    path: TOKENIZER_CONFIG,
    change: () => jsonBytes([]),
  }),
  "tokenizer-an-html-page": replaced("html", { path: TOKENIZER, change: () => HTML_PAGE }),
  "tokenizer-an-lfs-pointer": replaced("lfs-pointer", { path: TOKENIZER, change: lfsPointer }),
  "tokenizer-config-cut": replaced("bad-tokenizer", { path: TOKENIZER_CONFIG, change: half }),
  "tokenizer-config-an-html-page": replaced("html", {
    path: TOKENIZER_CONFIG,
    change: () => HTML_PAGE,
  }),
  "template-does-not-parse": template("bad-template", "{% for message in messages %}{{ message["),
  "template-block-left-open": template("bad-template", "{% for message in messages %}x"),
  "template-of-unknown-filter": template("bad-template", "{{ messages | nosuchfilter }}"),
  "template-an-html-page": {
    ...replaced("html", { path: TEMPLATE, change: () => HTML_PAGE }),
    appliesTo: (model) => model.files.some(({ path }) => path === TEMPLATE),
    acceptedByMlx: true,
  },
});

function half(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, bytes.length >>> 1);
}

function replaced(
  cause: CheckCause,
  options: { readonly path: string; readonly change: (bytes: Uint8Array) => Uint8Array },
): DamageEntry {
  const { path, change } = options;
  return {
    cause,
    acceptedByMlx: false,
    apply: (model) => withFile(model, { path, bytes: change(fileAt(model, path).bytes) }),
  };
}

/** Puts the text where this model has its template, or into a new file where it has none. */
function template(cause: CheckCause, text: string): DamageEntry {
  return {
    cause,
    acceptedByMlx: true,
    apply: (model: TinyModel) => {
      const config = JSON.parse(
        new TextDecoder().decode(fileAt(model, TOKENIZER_CONFIG).bytes),
      ) as Record<string, unknown>;
      return "chat_template" in config
        ? withFile(model, {
            path: TOKENIZER_CONFIG,
            bytes: jsonBytes({ ...config, chat_template: text }),
          })
        : withFile(model, { path: TEMPLATE, bytes: new TextEncoder().encode(text) });
    },
  };
}
