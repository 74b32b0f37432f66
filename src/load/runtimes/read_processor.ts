import type { CheckContext } from "../check_context.ts";
import { isRecord, parseJson } from "../config/parse_json.ts";

const BYTES_MAX = 1024 * 1024;

/** Files that name a processor, in the order in which they are read. */
export const PROCESSOR_FILES = ["preprocessor_config.json", "processor_config.json"] as const;

/** The class of the processor that a vision model is opened with; mlx-swift-lm reads the first of the two files. */
export async function readProcessor(context: CheckContext): Promise<string | undefined> {
  for (const path of PROCESSOR_FILES) {
    const { sizeBytes = 0 } = context.entries.get(path) ?? {};
    const bytes = sizeBytes <= BYTES_MAX ? await context.read(path, BYTES_MAX) : undefined;
    const name = bytes && processorIn(bytes);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The class that one of the files names; undefined where it names none. */
export function processorIn(bytes: Uint8Array): string | undefined {
  try {
    const json = parseJson(bytes);
    const name = isRecord(json) ? json["processor_class"] : undefined;
    return typeof name === "string" ? name : undefined;
  } catch {
    // A processor that cannot be read names no class; text does not need it.
    return undefined;
  }
}
