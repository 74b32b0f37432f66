import type { Output } from "../text_output.ts";

/** The schema of everything that `--json` prints: `spec/output.schema.json`. */
export const OUTPUT_SCHEMA = "mlx-layout/output/1";

/** What a line of JSON is about. */
export type OutputEvent =
  | "plan"
  | "progress"
  | "result"
  | "models"
  | "path"
  | "status"
  | "check"
  | "can-load"
  | "load-plan"
  | "token"
  | "generated"
  | "bench"
  | "removed"
  | "removal"
  | "roots"
  | "outdated"
  | "serving"
  | "migration"
  | "share"
  | "diagnosis"
  | "error";

/** Prints an object as one line of JSON, with what it is about and the name of its schema. */
export function printJson(output: Output, event: OutputEvent, value: object): void {
  const text = JSON.stringify({ event, ...value, schema: OUTPUT_SCHEMA });
  // JSON may have these as they are, and a terminal obeys them: a name in a listing could hold one.
  const plain = text.replace(
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  output.write(`${plain}\n`);
}
