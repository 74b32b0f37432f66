import { ModelError } from "../../../errors.ts";
import { isRecord } from "../../../load/config/parse_json.ts";

/** A configuration, or a block of one. */
export type ConfigBlock = Readonly<Record<string, unknown>>;

/** The fields of a configuration, read as mlx-lm's argument classes read them. */
export class ConfigFields {
  readonly json: ConfigBlock;
  readonly modelType: string;
  readonly #path: string;

  /** @param path the configuration's path, for errors */
  constructor(
    json: ConfigBlock,
    { modelType, path }: { readonly modelType: string; readonly path: string },
  ) {
    this.json = json;
    this.modelType = modelType;
    this.#path = path;
  }

  /** The same with the defaults of an argument class, which stand for fields that are absent but not for `null`. */
  withDefaults(defaults: ConfigBlock): ConfigFields {
    return this.of({ ...defaults, ...this.json });
  }

  /** The same of another block. */
  of(json: ConfigBlock): ConfigFields {
    return new ConfigFields(json, { modelType: this.modelType, path: this.#path });
  }

  /** @throws ModelError with the code `corrupt-model` for anything but a whole number from 1 */
  size(name: string): number {
    const value = this.#present(name);
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    throw this.corrupt(
      `its ${name} must be a whole number from 1, it is ${JSON.stringify(value).slice(0, 100)}`,
    );
  }

  /** The same, or undefined for a field that is absent or `null`. */
  optionalSize(name: string): number | undefined {
    return (this.json[name] ?? undefined) === undefined ? undefined : this.size(name);
  }

  /** @throws ModelError with the code `corrupt-model` for anything but a number */
  number(name: string): number {
    const value = this.#present(name);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw this.corrupt(`its ${name} is not a number`);
  }

  /** Whether Python takes a field for true; `null` is false. */
  flag(name: string): boolean {
    return Boolean(this.#present(name));
  }

  /** @returns undefined for a block that is absent or `null` */
  block(name: string): ConfigBlock | undefined {
    const value = this.json[name] ?? undefined;
    if (value === undefined) return undefined;
    if (isRecord(value)) return value;
    throw this.corrupt(`its ${name} is not an object`);
  }

  /** What to throw where the configuration describes no model. */
  corrupt(why: string): ModelError {
    return new ModelError("corrupt-model", `Cannot run the model of "${this.#path}": ${why}`, {
      file: this.#path,
    });
  }

  /** What to throw where the model cannot be computed here. */
  unsupported(what: string): ModelError {
    return new ModelError(
      "unsupported",
      `Cannot run the model of "${this.#path}" with the reference runner: ${what}. Use a runner of MLX itself`,
      { file: this.#path, actual: this.modelType },
    );
  }

  #present(name: string): unknown {
    const value = this.json[name];
    if (value === undefined) throw this.corrupt(`it has no ${name}`);
    return value;
  }
}
