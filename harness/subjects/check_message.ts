import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import fromSubject from "../../spec/subject_protocol/from_subject.schema.json" with { type: "json" };
import toSubject from "../../spec/subject_protocol/to_subject.schema.json" with { type: "json" };
import type { MessageFromSubject, MessageToSubject, SubjectOperation } from "./message.ts";

/** The schema definition of the `ok` of each operation's result. */
const RESULTS: Readonly<Record<SubjectOperation, string>> = {
  download: "downloaded",
  downloadUrl: "downloaded",
  status: "status",
  verify: "status",
  list: "listed",
  locate: "located",
  remove: "removed",
  migrate: "migrated",
  share: "shared",
  check: "checked",
  canLoad: "answered",
  serve: "serving",
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
  const ajv = new Ajv({ strict: false });
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
 * Checks a line that a subject wrote against `spec/subject_protocol/from_subject.schema.json`.
 *
 * @returns what is wrong, or undefined
 */
export function faultOfMessage(value: unknown): string | undefined {
  return schemas().from(value) ? undefined : describe(fromSubject, value);
}

/** Checks a line to a subject against `spec/subject_protocol/to_subject.schema.json`. @returns what is wrong, or undefined */
export function faultOfOrder(value: unknown): string | undefined {
  return schemas().to(value) ? undefined : describe(toSubject, value);
}

/** Checks the `ok` of an operation's result. @returns what is wrong, or undefined */
export function faultOfResult(operation: SubjectOperation, value: unknown): string | undefined {
  const check = schemas().results.get(RESULTS[operation]);
  return check === undefined || check(value) ? undefined : firstOf(check.errors);
}

/** A checked line from a subject. */
export function isMessageFromSubject(value: unknown): value is MessageFromSubject {
  return faultOfMessage(value) === undefined;
}

/** A checked line to a subject. */
export function isMessageToSubject(value: unknown): value is MessageToSubject {
  return faultOfOrder(value) === undefined;
}

interface Alternative {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** Of the alternatives of the schema, the error of the one for the line's own type, event and outcome. */
function describe(
  schema: { readonly oneOf: readonly Alternative[]; readonly definitions: object },
  value: unknown,
): string {
  const fields: Readonly<Record<string, unknown>> =
    typeof value === "object" && value !== null ? { ...value } : {};
  const type = fields["type"];
  const about = typeof type === "string" ? `a line of type "${type}"` : "a line";
  const isOf = ({ properties }: Alternative, name: string) =>
    (properties[name] as { const?: unknown } | undefined)?.const === fields[name];
  const ofType = schema.oneOf.filter((alternative) => isOf(alternative, "type"));
  const closest =
    ofType.find((alternative) => "event" in fields && isOf(alternative, "event")) ??
    ofType.find(({ required = [] }) => required.every((name) => name in fields)) ??
    ofType[0];
  if (closest === undefined) return `${about} is none of the protocol`;
  const { definitions } = schema;
  const check = new Ajv({ strict: false }).compile({ type: "object", definitions, ...closest });
  check(value);
  return `${about}: ${firstOf(check.errors)}`;
}

function firstOf(errors: ErrorObject[] | null | undefined): string {
  const [first] = errors ?? [];
  return `${first?.instancePath ?? ""} ${first?.message ?? "is wrong"}`.trim();
}
