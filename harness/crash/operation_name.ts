import type { RecordedOperation } from "./disk_recording.ts";
import type { Fate } from "./crash_choice.ts";

/**
 * A name of an operation that a later version of the same run has too: what it does, to which path, and for which time;
 * a write by the byte at which it begins. Random parts of names are left out, as is the order among other paths.
 *
 * @param directory what paths are relative to
 */
export function operationName(
  operations: readonly RecordedOperation[],
  index: number,
  directory: string,
): string {
  const operation = operations[index];
  if (operation === undefined) return "the end";
  const name = plainName(operation, directory);
  const nth = operations
    .slice(0, index + 1)
    .filter((other) => plainName(other, directory) === name).length;
  return nth === 1 ? name : `${name} (${nth})`;
}

/** A fate in words. */
export function fateName(fate: Fate): string {
  return typeof fate === "string" ? fate : `torn after ${fate.tornAfter} bytes`;
}

function plainName(operation: RecordedOperation, directory: string): string {
  if (operation.kind === "acknowledge") return `success of ${operation.what}`;
  const path = pattern(operation.path, directory);
  switch (operation.kind) {
    case "write":
      return `write ${path} from byte ${operation.position}`;
    case "truncate":
      return `truncate ${path} to ${operation.sizeBytes} bytes`;
    case "rename":
      return `rename ${path} -> ${pattern(operation.target, directory)}`;
    case "add":
      return `add ${operation.made} ${path}`;
    default:
      return `${operation.kind} ${path}`;
  }
}

/** A path without its random parts, relative to a directory that it is below. */
function pattern(path: string, directory: string): string {
  const below = path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
  return below.replaceAll(/[0-9a-f]{16,}/g, "*");
}
