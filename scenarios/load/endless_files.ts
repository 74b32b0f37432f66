/**
 * A file of a model is made to be slow or endless for a program that believes it: a billion layers, lists in lists in lists,
 * a page of comments, a tokenizer or a template that works for ever.
 *
 * Invariants checked:
 * - The check answers, and does not list a finding for each thing that the file claims.
 */
import fc from "fast-check";
import { changeFiles, jsonBytes, placeModel } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Endless-4bit";
const FINDINGS_MAX = 10_000;
const DEEP = 200_000;

const nested = (text: string) => Buffer.from(text);
const deepList = nested("[".repeat(DEEP) + "]".repeat(DEEP));

/** What stands in place of a file, by name. */
const ATTACKS: Readonly<
  Record<string, (model: { readonly config: Readonly<Record<string, unknown>> }) => ModelChange>
> = {
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
  "a deep index": () => ({ path: "model.safetensors.index.json", bytes: deepList }),
  "a deep header": () => {
    const text = Buffer.from(`{"a":${deepList.toString()}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return { path: "model.safetensors", bytes: Buffer.concat([length, text]) };
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

export const endlessFiles = scenario({
  name: "load/endless_files",
  pieceBytes: [],
  covers: ["LOAD-LIMIT"],
  given: {
    model: anyModel(),
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
    await changeFiles(world, directory, {
      before: model.files,
      after: [...others, { ...change, lfs: false }],
    });
    const report = await verdict.attempt("LOAD-LIMIT", () => world.start().check({ repository }));
    const { length } = report.findings;
    verdict.holds("LOAD-LIMIT", length <= FINDINGS_MAX, `it lists ${length} findings`);
    if (attack === "a billion layers") verdict.reached("a billion layers");
  },
});
