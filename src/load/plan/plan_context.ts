import type { PlanRuntime, ReadRole } from "../../../spec/mod.ts";
import { isRecord } from "../config/parse_json.ts";

/** A model's directory as the rules of a runtime see it. */
export interface PlanContext {
  readonly directory: string;
  readonly runtime: PlanRuntime;
  /** Whether the caller lets the runtime run code that comes with the model. */
  readonly trustsModelCode: boolean;
  /** Paths of all files, in the order of their names. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** Plans a file if it is there, once. @returns whether it is there */
  open(path: string, role: ReadRole): boolean;
  /** Notes what is not there although the runtime needs it. */
  miss(path: string, detail: string): void;
  /** Ends the plan: the runtime opens nothing behind this. */
  stop(path: string, detail: string): never;
  /** Parses a small file; undefined when it is not JSON. */
  json(path: string): Promise<unknown>;
}

/** The keys of a JSON object; none of anything else. */
export function keysOf(json: unknown): Readonly<Record<string, unknown>> {
  return isRecord(json) ? json : {};
}
