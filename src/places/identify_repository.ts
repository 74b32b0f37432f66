import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { isRepositoryId } from "../layout/repository_id.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";

/** The organization whose repositories are named after the model and its bits. */
const MLX_ORGANIZATION = "mlx-community";

/** A model card is short; what is longer is not read. */
const CARD_LENGTH_MAX = 256 * 1024;

/**
 * Finds out of which repository the files in a directory are, by what came with them: the address that `git clone` noted,
 * the model card, and the name that a converter wrote into the configuration.
 *
 * Of a converted model the configuration names the original. Where it states a quantization too, the repository is the one
 * that mlx-community would have made of it, such as `mlx-community/SmolLM-135M-Instruct-4bit`.
 *
 * @returns `org/name`, or undefined where nothing names it
 */
export async function identifyRepository(
  files: FileSystem,
  directory: string,
): Promise<string | undefined> {
  return (
    (await fromGit(files, directory)) ??
    (await fromCard(files, directory)) ??
    (await fromConfig(files, directory))
  );
}

const HUB_HOSTS = ["huggingface.co", "hf.co"];

async function fromGit(files: FileSystem, directory: string): Promise<string | undefined> {
  const text = await readSmallFile(files, join(directory, ".git", "config"));
  for (const line of (text ?? "").split("\n")) {
    const [key = "", url = ""] = line.split("=", 2).map((part) => part.trim());
    if (key !== "url") continue;
    const host = HUB_HOSTS.find((one) => url.includes(one));
    const id = host && url.slice(url.indexOf(host) + host.length + 1).replace(/\.git$/, "");
    if (id !== undefined && isRepositoryId(id)) return id;
  }
  return undefined;
}

/** The sentence that mlx-lm writes into the card of a converted model. */
async function fromCard(files: FileSystem, directory: string): Promise<string | undefined> {
  const text = await readSmallFile(files, join(directory, "README.md"));
  if (text === undefined || text.length > CARD_LENGTH_MAX) return undefined;
  const [, id] =
    /The (?:M|m)odel \[([^\]\s]+)\]\(https:\/\/huggingface\.co\/[^)\s]+\) was/.exec(text) ?? [];
  return id !== undefined && isRepositoryId(id) ? id : undefined;
}

async function fromConfig(files: FileSystem, directory: string): Promise<string | undefined> {
  const text = await readSmallFile(files, join(directory, "config.json"));
  let config: unknown;
  try {
    config = parseJsonText(text ?? "");
  } catch {
    // What is wrong with the configuration is a matter for the check; here it only names nothing.
    return undefined;
  }
  if (typeof config !== "object" || config === null) return undefined;
  const origin: unknown = Reflect.get(config, "_name_or_path");
  if (typeof origin !== "string" || !isRepositoryId(origin)) return undefined;
  const bits = bitsOf(config);
  const isNamed = bits === undefined || new RegExp(`${bits}-?bit`, "i").test(origin);
  if (isNamed) return origin;
  const [, name = ""] = origin.split("/");
  const converted = `${MLX_ORGANIZATION}/${name}-${bits}bit`;
  return isRepositoryId(converted) ? converted : origin;
}

function bitsOf(config: object): number | undefined {
  const quantization: unknown = Reflect.get(config, "quantization");
  if (typeof quantization !== "object" || quantization === null) return undefined;
  const bits: unknown = Reflect.get(quantization, "bits");
  return typeof bits === "number" && Number.isInteger(bits) && bits > 0 ? bits : undefined;
}
