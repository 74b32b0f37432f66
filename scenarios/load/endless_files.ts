/**
 * A file of a model is made to be slow or endless for a program that believes it: a billion layers, lists in lists in lists,
 * a page of comments, a tokenizer or a template that works for ever.
 *
 * Invariants checked:
 * - The check answers, and does not list a finding for each thing that the file claims.
 * - What no runtime can load is not called loadable for that.
 */
import fc from "fast-check";
import type { RequirementId } from "../../spec/mod.ts";
import {
  changeFiles,
  joinSafetensors,
  jsonBytes,
  placeModel,
  splitSafetensors,
} from "../../harness/internal.ts";
import { anyModel, scenario, type TinyModel } from "../../harness/mod.ts";

const repository = "mlx-community/Endless-4bit";
const FINDINGS_MAX = 10_000;
const DEEP = 200_000;

/** More than may be listed. */
const MANY = 12_000;
const INDEX = "model.safetensors.index.json";

/** Which requirement refuses the model with such a file; an index and a template may be passed over. */
const REFUSED: Readonly<Record<string, RequirementId>> = {
  "a billion layers": "LOAD-TENSORS",
  "twenty thousand layers": "LOAD-TENSORS",
  "a deep configuration": "LOAD-CONFIG",
  "a page of comments": "LOAD-CONFIG",
  "a deep tokenizer": "LOAD-TOKENIZER",
  "a deep header": "LOAD-HEADER",
  "twelve thousand surplus tensors": "LOAD-TENSORS",
  "twelve thousand entries that are none": "LOAD-HEADER",
};

const nested = (text: string) => Buffer.from(text);
const deepList = nested("[".repeat(DEEP) + "]".repeat(DEEP));

/** What stands in place of a file, by name. */
const ATTACKS: Readonly<Record<string, (model: TinyModel) => ModelChange>> = {
  "a billion layers": ({ config }) => ({
    path: "config.json",
    bytes: jsonBytes({ ...config, num_hidden_layers: 1_000_000_000 }),
  }),
  "twenty thousand layers": ({ config }) => ({
    path: "config.json",
    bytes: jsonBytes({ ...config, num_hidden_layers: 20_000 }),
  }),
  "a deep configuration": () => ({ path: "config.json", bytes: deepList }),
  "a deep tokenizer": () => ({ path: "tokenizer.json", bytes: deepList }),
  "a deep index": () => ({ path: INDEX, bytes: deepList }),
  "a deep header": () => {
    const text = Buffer.from(`{"a":${deepList.toString()}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return { path: "model.safetensors", bytes: Buffer.concat([length, text]) };
  },
  "twelve thousand surplus tensors": (model) =>
    withEntries(model, (end) => ({ dtype: "F32", shape: [0], data_offsets: [end, end] })),
  "twelve thousand entries that are none": (model) => withEntries(model, () => ({ dtype: "no" })),
  "an index of twelve thousand files": () => {
    const places = Array.from({ length: MANY }, (_, at) => [`x.${at}`, `model-x${at}.safetensors`]);
    return { path: INDEX, bytes: jsonBytes({ weight_map: Object.fromEntries(places) as unknown }) };
  },
  "a page of comments": () => ({
    path: "config.json",
    bytes: nested(`<!--${"--><!--".repeat(70)}`),
  }),
  "a template that works for ever": () => ({
    path: "chat_template.jinja",
    bytes: nested(
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    ),
  }),
};

interface ModelChange {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Adds many entries to the header of the first weight file, given where its data ends. */
function withEntries(
  { files, weightFiles: [path = ""] }: TinyModel,
  entryOf: (dataBytes: number) => unknown,
): ModelChange {
  const whole = files.find((file) => file.path === path)?.bytes ?? Buffer.of();
  const { entries, metadata, data } = splitSafetensors(whole);
  const more = Array.from({ length: MANY }, (_, at) => [`x.${at}`, entryOf(data.length)]);
  const header = {
    __metadata__: metadata,
    ...Object.fromEntries(entries),
    ...(Object.fromEntries(more) as object),
  };
  return { path, bytes: joinSafetensors(JSON.stringify(header), data) };
}

export const endlessFiles = scenario({
  name: "load/endless_files",
  pieceBytes: [],
  covers: ["LOAD-LIMIT", "LOAD-TENSORS", "LOAD-CONFIG", "LOAD-TOKENIZER", "LOAD-HEADER"],
  given: {
    model: fc.oneof(anyModel(), anyModel({ shards: 2 })),
    attack: fc.oneof(
      {
        weight: 400,
        arbitrary: fc.constantFrom(
          ...Object.keys(ATTACKS).filter((name) => !name.includes("for ever")),
        ),
      },
      // It costs the whole time limit of the subject.
      { weight: 1, arbitrary: fc.constant("a template that works for ever") },
    ),
  },
  goals: ["a billion layers"],
  async check({ model, attack }, world, verdict) {
    const change = ATTACKS[attack]?.(model);
    if (change === undefined) return;
    const directory = await placeModel(world, model.files, { repository, isDownloaded: true });
    const others = model.files.filter(({ path }) => path !== change.path);
    // An index is believed where something is missing.
    const isWhole = attack !== "an index of twelve thousand files";
    const kept = isWhole ? others : others.filter(({ path }) => path !== model.weightFiles[1]);
    await changeFiles(world, directory, {
      before: model.files,
      after: [...kept, { ...change, lfs: false }],
    });
    const report = await verdict.attempt("LOAD-LIMIT", () => world.start().check({ repository }));
    const { length } = report.findings;
    verdict.holds("LOAD-LIMIT", length <= FINDINGS_MAX, `it lists ${length} findings`);
    const id = REFUSED[attack];
    if (id !== undefined)
      verdict.holds(id, !report.loadable, `with ${attack} the model is called loadable`);
    if (attack === "a billion layers") verdict.reached("a billion layers");
  },
});
