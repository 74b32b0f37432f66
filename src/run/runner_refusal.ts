import type { RunnerEvent } from "../../spec/runner_messages.ts";
import { ModelError } from "../errors.ts";

/** The failure of a runner that could not do what it was asked to do, and lives on. */
export function refusalOf(
  event: Extract<RunnerEvent, { event: "error" }>,
  context: { readonly what: string; readonly name: string },
): ModelError {
  const { what, name } = context;
  const code = event.kind === "unsupported" ? "unsupported" : "runner-failed";
  const why = event.message.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
  return new ModelError(code, `Cannot ${what}: the runner ${name} refused: ${why}`, {
    actual: event.kind,
  });
}
