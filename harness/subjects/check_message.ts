import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import fromSubject from "../../spec/subject_protocol/from_subject.schema.json" with { type: "json" };
import toSubject from "../../spec/subject_protocol/to_subject.schema.json" with { type: "json" };
import type { MessageFromSubject, MessageToSubject, SubjectOperation } from "./message.ts";

/** The definition that the `ok` of each operation's result has to meet. */
const RESULTS: Readonly<Record<SubjectOperation, string>> = {
  download: "downloaded",
  downloadUrl: "downloaded",
  status: "status",
  verify: "status",
  list: "listed",
  locate: "located",
  remove: "removed",
  check: "checked",
};

let compiled:
  | {
      readonly to: ValidateFunction;
      readonly from: ValidateFunction;
      readonly results: ReadonlyMap<string, ValidateFunction>;
    }
  | undefined;

function schemas(): NonNullable<typeof compiled> {
  if (compiled !== undefined) return compiled;
  const ajv = new Ajv({ allErrors: true, strict: false });
  const from = ajv.compile(fromSubject);
  const results = new Map(
    Object.values(RESULTS).map((name) => [
      name,
      ajv.compile({ $ref: `${fromSubject.$id}#/definitions/${name}` }),
    ]),
  );
  compiled = { to: ajv.compile(toSubject), from, results };
  return compiled;
}

/**
 * What is wrong with a line that a subject wrote, by `spec/subject_protocol/from_subject.schema.json`.
 *
 * @returns undefined when nothing is
 */
export function faultOfMessage(value: unknown): string | undefined {
  const { from } = schemas();
  return from(value) ? undefined : describe(from.errors, value);
}

/** What is wrong with a line to a subject, by `spec/subject_protocol/to_subject.schema.json`. */
export function faultOfOrder(value: unknown): string | undefined {
  const { to } = schemas();
  return to(value) ? undefined : describe(to.errors, value);
}

/** What is wrong with the `ok` of an operation's result. */
export function faultOfResult(operation: SubjectOperation, value: unknown): string | undefined {
  const check = schemas().results.get(RESULTS[operation]);
  return check === undefined || check(value) ? undefined : describe(check.errors, value);
}

/** A checked line from a subject. */
export function isMessageFromSubject(value: unknown): value is MessageFromSubject {
  return faultOfMessage(value) === undefined;
}

/** A checked line to a subject. */
export function isMessageToSubject(value: unknown): value is MessageToSubject {
  return faultOfOrder(value) === undefined;
}

/** Of the alternatives, what the one says that is about the line's own type. */
function describe(errors: ErrorObject[] | null | undefined, value: unknown): string {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of errors ?? []) {
    if (error.keyword === "oneOf") continue;
    const group = /^[^/]*\/oneOf\/\d+/.exec(error.schemaPath)?.[0] ?? "";
    groups.set(group, [...(groups.get(group) ?? []), error]);
  }
  const isOfType = (group: readonly ErrorObject[]) =>
    group.every(
      ({ keyword, instancePath }) => keyword !== "const" || instancePath.includes("/", 1),
    );
  const own = [...groups.values()].filter(isOfType);
  // Where several are about that type, the one whose fields are there.
  const lacks = ({ keyword, instancePath }: ErrorObject) =>
    keyword === "required" && instancePath === "";
  const [first] = own.find((group) => !group.some(lacks)) ?? own[0] ?? [];
  const type = (value as { type?: unknown } | null)?.type;
  const about = typeof type === "string" ? `a line of type "${type}"` : "a line";
  if (first === undefined) return `${about} is none of the protocol`;
  return `${about}: ${first.instancePath} ${first.message ?? "is wrong"}`.replace(/ {2,}/g, " ");
}
