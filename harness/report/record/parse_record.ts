import { createHash } from "node:crypto";
import { Ajv, type ValidateFunction } from "ajv";
import schema from "../../../spec/report.schema.json" with { type: "json" };
import type {
  RecordClosing,
  RecordHeader,
  RecordLine,
  RecordRequirement,
  RecordResult,
  RunRecord,
} from "./run_record.ts";

/** One check for each type of line: a single check of all would give four reasons for each wrong line. */
interface LineChecks {
  readonly header: ValidateFunction<RecordHeader>;
  readonly requirement: ValidateFunction<RecordRequirement>;
  readonly result: ValidateFunction<RecordResult>;
  readonly closing: ValidateFunction<RecordClosing>;
}

let compiled: LineChecks | undefined;

/** Compiled for the first record: most processes of the harness read none. */
function lineChecks(): LineChecks {
  if (compiled !== undefined) return compiled;
  const ajv = new Ajv();
  ajv.addSchema(schema, "report");
  const checkOf = <Line>(type: RecordLine["type"]): ValidateFunction<Line> =>
    ajv.compile<Line>({ $ref: `report#/definitions/${type}` });
  compiled = {
    header: checkOf("header"),
    requirement: checkOf("requirement"),
    result: checkOf("result"),
    closing: checkOf("closing"),
  };
  return compiled;
}

/**
 * Reads a record. One that was cut off, changed or damaged after its first line is read as far as possible;
 * `problems` says what is wrong with it.
 *
 * @param name the file's name, for messages
 * @throws {RangeError} when the text does not begin as a record does
 */
export function parseRecord(text: string, name: string): RunRecord {
  const lines = text.split("\n");
  // Text after the last line feed was not written to its end.
  const rest = lines.pop() ?? "";
  const problems: string[] = rest === "" ? [] : ["its last line is incomplete"];
  const parsed = lines.map((line, at) => {
    const value = parseLine(line);
    if (typeof value === "string") problems.push(`line ${at + 1} ${value}`);
    return typeof value === "string" ? undefined : value;
  });
  const [header] = parsed;
  if (header?.type !== "header") {
    const [why = "it is empty"] = problems;
    throw new RangeError(`Cannot read ${name} as a record of a run: ${why}`);
  }
  const ofType = <Type extends RecordLine["type"]>(type: Type) =>
    parsed.filter((line): line is Extract<RecordLine, { type: Type }> => line?.type === type);
  const results = ofType("result").map(withBreakage);
  const closings = ofType("closing");
  const closing = parsed.at(-1)?.type === "closing" ? closings.at(-1) : undefined;
  if (closing === undefined)
    problems.push(
      `the run did not finish: ${results.length} of ${header.planned} results, no closing line`,
    );
  else problems.push(...closingFaults(closing, { lines, results, planned: header.planned }));
  if (ofType("header").length > 1) problems.push("it has more than one header");
  return { header, requirements: ofType("requirement"), results, closing, problems };
}

/** The line, or what is wrong with it. */
function parseLine(line: string): RecordLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  const type =
    typeof value === "object" && value !== null && "type" in value ? String(value.type) : "";
  if (!isLineType(type)) return "is not a line of a record";
  const check = lineChecks()[type];
  if (check(value)) return value;
  const [fault] = check.errors ?? [];
  return `is not a valid ${type}: ${fault?.instancePath || "/"} ${fault?.message ?? "is wrong"}`;
}

function isLineType(type: string): type is RecordLine["type"] {
  return Object.hasOwn(lineChecks(), type);
}

/** In JSON a field without a value is absent. */
function withBreakage(result: RecordResult): RecordResult {
  const { breakage } = result;
  if (breakage === undefined) return { ...result, breakage };
  return { ...result, breakage: { ...breakage, requirement: breakage.requirement } };
}

function closingFaults(
  closing: RecordClosing,
  read: {
    readonly lines: readonly string[];
    readonly results: readonly RecordResult[];
    readonly planned: number;
  },
): string[] {
  const before = read.lines.slice(0, -1).map((line) => `${line}\n`);
  const sha256 = createHash("sha256").update(before.join("")).digest("hex");
  if (sha256 !== closing.sha256) return ["it was changed after it was written: its digest differs"];
  const planned = closing.stopped === "bail" ? closing.results : read.planned;
  return closing.results === read.results.length && closing.results === planned
    ? []
    : [`it has ${read.results.length} of ${read.planned} planned results`];
}
