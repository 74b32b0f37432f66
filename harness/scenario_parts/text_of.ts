import { inspect } from "node:util";

/** Everything that a value says to whoever prints it: text, stack, fields, causes, at any depth. */
export function textOf(value: unknown): string {
  return inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
    showHidden: true,
  });
}
