import { SubjectFault } from "../errors.ts";
import { faultOfResult } from "../subjects/check_message.ts";
import type { SubjectOperation } from "../subjects/message.ts";

/** What an answer in this process has beside what the protocol asks of a program's: the contract leaves none of it out. */
const ALWAYS: Partial<Readonly<Record<SubjectOperation, readonly string[]>>> = {
  download: ["commit", "files", "bytesFetched", "offline"],
  downloadUrl: ["commit", "files", "bytesFetched", "offline"],
  migrate: ["leftBehind", "isDone"],
  share: ["leftBehind", "isDone"],
  check: ["parameterCount", "tensorCount", "weightFiles"],
};

/** The same of a status, by its state. */
const ALWAYS_IN_STATE: Readonly<Record<string, string>> = {
  complete: "commit",
  incomplete: "faults",
  unknown: "why",
};

/**
 * Holds an answer of a subject in this process against the schema that a program's answer must pass, and against the contract.
 *
 * @throws {SubjectFault} `subject-protocol` with what is wrong
 */
export async function wellFormed<T>(operation: SubjectOperation, answer: Promise<T>): Promise<T> {
  const value = await answer;
  const fault = faultOf(operation, asMessage(operation, value));
  if (fault !== undefined)
    throw new SubjectFault("subject-protocol", `the answer to ${operation}: ${fault}`);
  return value;
}

/** An answer as a program would write it; what is undefined is left out. */
function asMessage(operation: SubjectOperation, value: unknown): Readonly<Record<string, unknown>> {
  if (operation === "list") return { models: asJson(value) };
  if (operation === "locate") return { directory: value };
  return asJson(value) as Readonly<Record<string, unknown>>;
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function faultOf(
  operation: SubjectOperation,
  message: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (operation === "locate" && message?.["directory"] === undefined) return undefined;
  const fault = faultOfResult(operation, message);
  if (fault !== undefined) return fault;
  const isStatus = operation === "status" || operation === "verify";
  const inState = isStatus ? [ALWAYS_IN_STATE[String(message?.["state"])] ?? "state"] : [];
  const absent = [...(ALWAYS[operation] ?? []), ...inState].find(
    (name) => !(name in (message ?? {})),
  );
  return absent === undefined ? undefined : `must have required property '${absent}'`;
}
