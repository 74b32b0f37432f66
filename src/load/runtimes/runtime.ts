import type { ModelTrait } from "../check_context.ts";
import type { ModelKind } from "../../../spec/mod.ts";

/** What is known of a model, on the disk or before it is downloaded, when runtimes are asked whether they load it. */
export interface ModelFacts {
  readonly kind: ModelKind;
  /** The configuration's `model_type`, or what stands for it. */
  readonly modelType: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  /** Fields of which a whole number is written with a point, or the other way about. */
  readonly oddNumbers?: readonly string[];
  /** Paths of all files. */
  readonly paths: readonly string[];
  /** Paths that the index names. */
  readonly indexed: readonly string[];
  /** The class of the processor, as `preprocessor_config.json` or `processor_config.json` names it. */
  readonly processor: string | undefined;
  /** Whether the caller lets a runtime run code that comes with the model. */
  readonly trustsModelCode: boolean;
  /** What was found in the headers that only some runtimes take. */
  readonly traits?: ReadonlySet<ModelTrait>;
}

/** Why a runtime does not load a model, and what can be done about it. */
export interface Obstacle {
  readonly why: string;
  readonly remedy: string;
}

/** One way in which a runtime differs from the others. */
export interface RuntimeRule {
  /** The first version that it holds for. @default {all} */
  readonly from?: string;
  /** The first version that it no longer holds for. @default {none} */
  readonly before?: string;
  /** Where this was read: the file and the version of the runtime's source. */
  readonly source: string;
  /** @returns undefined where the runtime has nothing against the model */
  readonly judge: (facts: ModelFacts) => Obstacle | undefined;
}

/** A runtime as data: what it loads, and since when. */
export interface RuntimeDefinition {
  /** As it is called in the table of model types, and on the command line. */
  readonly name: string;
  /** The kinds of models that it is for. */
  readonly kinds: readonly ModelKind[];
  /** Registries of the table in which a type may be. @default {["model"]} */
  readonly registries?: readonly string[];
  /** The type as the runtime looks it up. @default {the type itself} */
  readonly lookUp?: (modelType: string) => string;
  /** The first version that is considered. */
  readonly since: string;
  /** The package or the repository in which it is published. */
  readonly home: string;
  readonly rules: readonly RuntimeRule[];
}

/** Files at the top of a directory that match. */
export function topFiles({ paths }: ModelFacts, pattern: RegExp): string[] {
  return paths.filter((path) => !path.includes("/") && pattern.test(path));
}

/** The packing of another tool that the configuration declares; undefined for MLX's own or none. */
export function packedBy({ config }: ModelFacts): string | undefined {
  if (isObject(config["quantization"])) return undefined;
  const text = config["text_config"];
  const block = config["quantization_config"] ?? (isObject(text) && text["quantization_config"]);
  const method = isObject(block) ? block["quant_method"] : undefined;
  return typeof method === "string" ? method : undefined;
}

/** The block of {@linkcode packedBy}. */
export function packingBlock({ config }: ModelFacts): Readonly<Record<string, unknown>> {
  const text = config["text_config"];
  const block = config["quantization_config"] ?? (isObject(text) && text["quantization_config"]);
  return isObject(block) ? block : {};
}

/** The obstacle of a runtime that believes what the configuration says of packed layers. */
export function believesPacking({ traits }: ModelFacts): Obstacle | undefined {
  return traits?.has("packed-otherwise") === true
    ? {
        why: "it believes the configuration, which states another packing than that of the layers",
        remedy:
          "use mlx-lm 0.32.0 or later, or write the right bits and group_size into config.json",
      }
    : undefined;
}

/** Whether a value is an object as JSON has it. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
