import type { HubShapes } from "./record_shapes.ts";

/**
 * Reads the file of a recording.
 *
 * @param name the file's name, for messages
 * @throws {RangeError} when it is not one
 */
export function parseShapes(text: string, name: string): HubShapes {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`Cannot read ${name} as a recording of a hub: it is not JSON`, { cause });
  }
  if (!isShapes(value))
    throw new RangeError(
      `Cannot read ${name} as a recording of a hub: it has no format 1, provenance, day and answers`,
    );
  return value;
}

function isShapes(value: unknown): value is HubShapes {
  if (typeof value !== "object" || value === null) return false;
  const { format, provenance, recorded, answers } = value as Readonly<Record<string, unknown>>;
  return (
    format === 1 &&
    typeof provenance === "string" &&
    typeof recorded === "string" &&
    typeof answers === "object" &&
    answers !== null &&
    Object.values(answers).every(
      (one) => typeof one === "object" && one !== null && "status" in one && "headers" in one,
    )
  );
}
