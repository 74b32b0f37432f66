/**
 * A tokenizer of any kind that a `tokenizer.json` can be, sound or with one thing wrong, or a file of it is missing or something else.
 *
 * Invariants checked:
 * - The sound one is accepted.
 * - The other is refused, with its path, also when its ids are more than the model, or its part for text, has rows for.
 */
import fc from "fast-check";
import {
  anyDamagedModel,
  judgeDamage,
  jsonBytes,
  missingFinding,
  placeModel,
  TOKENIZER_BREAKS,
  type TokenizerBreak,
  writeTokenizer,
} from "../../harness/internal.ts";
import { anyModel, type ModelFile, scenario, type TinyModel } from "../../harness/mod.ts";
import { moduleFiles, moduleModels } from "./modules/module_models.ts";

const PATH = "tokenizer.json";
const BREAKS = Object.keys(TOKENIZER_BREAKS) as TokenizerBreak[];

const BEHIND = "an id behind the model's last row";
/** Of models of text and images, whose configuration has the sizes of text in a part of its own. */
const BEHIND_TEXT = "an id behind the last row of a text part";
/** Modules of mlx-lm with such a part. */
const TEXT_PARTS: readonly string[] = ["lfm2-vl", "mistral3", "pixtral", "qwen2_vl", "qwen3_vl"];
/** So many wrong ones are tried in a case. */
const WRONGS = 5;

export const brokenTokenizer = scenario({
  name: "load/broken_tokenizer",
  pieceBytes: [8192],
  covers: ["LOAD-TOKENIZER", "LOAD-SOUND"],
  given: {
    damaged: fc.option(anyDamagedModel("LOAD-TOKENIZER"), { freq: 2, nil: undefined }),
    model: anyModel({ layers: 1 }),
    numbers: fc.array(fc.nat(1000), { maxLength: 40, size: "max" }),
    // Not all can be done to every kind of tokenizer.
    wrongs: fc.uniqueArray(fc.constantFrom(...BREAKS, BEHIND, BEHIND_TEXT), {
      minLength: WRONGS,
      maxLength: WRONGS,
    }),
    choose: fc.nat(1_000_000),
    isDownloaded: fc.boolean(),
  },
  goals: ["a tokenizer was broken"],
  async check({ damaged, model, numbers, wrongs, choose, isDownloaded }, world, verdict) {
    if (damaged !== undefined) await judgeDamage(world, verdict, { id: "LOAD-TOKENIZER", damaged });
    const sound = writeTokenizer(numbers);
    const repository = "mlx-community/Tokenizer-4bit";
    await placeModel(world, withTokenizer(model, sound), { repository, isDownloaded });
    const { findings, loadable } = await verdict.attempt("LOAD-SOUND", () =>
      world.start().check({ repository }),
    );
    const blamed = findings.find(({ level }) => level === "error");
    verdict.holds(
      "LOAD-SOUND",
      loadable,
      () => `a sound tokenizer is called broken: ${blamed?.detail} (${JSON.stringify(sound)})`,
    );

    for (const [at, how] of wrongs.entries()) {
      const { files, rows } = how === BEHIND_TEXT ? withTextPart(choose) : ownOf(model);
      const broken =
        how === BEHIND || how === BEHIND_TEXT
          ? withId(sound, rows + (choose % 2))
          : TOKENIZER_BREAKS[how](sound, choose);
      if (broken === undefined) continue;
      const other = `mlx-community/Broken-${at + 1}bit`;
      await placeModel(world, withTokenizer({ files }, broken), {
        repository: other,
        isDownloaded: isDownloaded && at === 0,
      });
      const report = await verdict.attempt("LOAD-TOKENIZER", () =>
        world.start().check({ repository: other }),
      );
      const lack = missingFinding(report, { causes: ["bad-tokenizer"], paths: [PATH] });
      verdict.holds(
        "LOAD-TOKENIZER",
        lack === undefined,
        () => `${how}: ${JSON.stringify(broken).slice(0, 2_000)}: ${lack}`,
      );
      verdict.reached("a tokenizer was broken");
    }
  },
});

function withTokenizer({ files }: Pick<TinyModel, "files">, json: unknown): ModelFile[] {
  return files.map((file) => (file.path === PATH ? { ...file, bytes: jsonBytes(json) } : file));
}

/** Gives one token of the vocabulary another id. */
function withId(json: ReturnType<typeof writeTokenizer>, id: number): unknown {
  const { vocab } = json.model;
  if (Array.isArray(vocab)) return undefined;
  return { ...json, model: { ...json.model, vocab: { ...(vocab as object), h: id } } };
}

/** Files, and how many tokens there are rows for. */
interface Owner {
  readonly files: readonly ModelFile[];
  readonly rows: number;
}

function ownOf({ files, config }: TinyModel): Owner {
  return { files, rows: Number(config["vocab_size"]) };
}

/** A model of which a part of the configuration says how many tokens there are. */
function withTextPart(choose: number): Owner {
  const models = moduleModels().filter(({ module }) => TEXT_PARTS.includes(module));
  const model = models[choose % models.length] ?? models[0];
  if (model === undefined) throw new RangeError("Cannot find a module with a part for text");
  const { vocab_size: rows } = model.config["text_config"] as { readonly vocab_size: number };
  return { files: moduleFiles(model), rows };
}
