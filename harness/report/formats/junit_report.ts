import { escapeMarkup } from "./escape_markup.ts";
import { recordVerdict } from "../record_verdict.ts";
import { resultOutcome } from "../result_outcome.ts";
import type { RecordResult, RunRecord } from "../record/run_record.ts";

/** One test case, ready to be written. */
interface TestCase {
  readonly area: string;
  readonly name: string;
  readonly seconds: number;
  readonly properties: Readonly<Record<string, string>>;
  /** What is wrong with it, if anything. */
  readonly child?: {
    readonly tag: "failure" | "error" | "skipped";
    readonly type: string;
    readonly message: string;
    readonly text: string;
  };
}

const TAGS = { failed: "failure", errored: "error", known: "skipped", skipped: "skipped" } as const;

/**
 * Writes records as JUnit XML. Each area is a test suite, each scenario in a world a test case; a failure is a `<failure>`
 * child, not an attribute that consumers do not read. A record that is incomplete, or whose list of deviations is
 * out of date, has a test case of its own for that, so that it is never green.
 */
export function junitReport(records: readonly RunRecord[]): string {
  const suites = records.flatMap(suitesOf);
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "mlx-conform", ...totals(all) })}>`,
    ...suites.flatMap(({ name, record, cases }) => suiteLines(name, record, cases)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suitesOf(record: RunRecord) {
  const { subject } = record.header;
  const cases = [...recordCases(record), ...record.results.map((one) => resultCase(one, record))];
  const areas = [...new Set(cases.map(({ area }) => area))];
  return areas.map((area) => ({
    name: `${subject.name} ${subject.version} ${area}`,
    record,
    cases: cases.filter((one) => one.area === area),
  }));
}

/** What is wrong with the record as a whole. */
function recordCases(record: RunRecord): TestCase[] {
  const verdict = recordVerdict(record);
  const base = { area: "record", seconds: 0, properties: {} } as const;
  const ended: TestCase = { ...base, name: "the run finished" };
  const text = record.problems.join("\n");
  const child = { tag: "error", type: "incomplete", message: text, text } as const;
  return [
    verdict === "incomplete" && record.problems.length > 0 ? { ...ended, child } : ended,
    ...(record.closing?.deviationProblems ?? []).map((problem): TestCase => {
      const failure = {
        tag: "failure",
        type: "deviation",
        message: problem,
        text: problem,
      } as const;
      return { ...base, name: `known deviation: ${problem}`, child: failure };
    }),
  ];
}

function resultCase(result: RecordResult, record: RunRecord): TestCase {
  const { scenario, world, durationMs, covers, seed, replay, signature, story, deviation } = result;
  const [area = "", ...rest] = scenario.split("/");
  const { outcome, kind, reason } = resultOutcome(result, record);
  const levels = new Set(
    record.requirements
      .filter(({ id }) => covers.some((one) => one === id))
      .map(({ level }) => level),
  );
  const test: TestCase = {
    area,
    name: `${rest.join("/")} in ${world}`,
    seconds: durationMs / 1000,
    properties: {
      requirements: covers.join(" "),
      levels: [...levels].join(" "),
      seed: String(seed),
      ...(signature === undefined ? {} : { signature }),
      ...(deviation?.sometimes === true ? { deviation: `sometimes, ${deviation.issue}` } : {}),
      ...(replay === undefined ? {} : { replay: replay.name }),
    },
  };
  if (outcome === "passed") return test;
  return {
    ...test,
    child: { tag: TAGS[outcome], type: kind, message: reason, text: story ?? reason },
  };
}

function suiteLines(name: string, record: RunRecord, cases: readonly TestCase[]): string[] {
  const { suite, subject, seed, machine, startedAt } = record.header;
  const properties = {
    subject: `${subject.name} ${subject.version}`,
    suite: suite.version,
    requirements: suite.specSha256,
    seed: String(seed),
    machine: `${machine.os} ${machine.arch}, Node ${machine.node}, ${machine.filesystem}`,
    verdict: recordVerdict(record),
  };
  // JUnit's times have no zone.
  const timestamp = startedAt.replace(/(?:\.\d+)?Z$/, "");
  return [
    `  <testsuite${attributes({ name, ...totals(cases), timestamp })}>`,
    ...propertyLines(properties, "    "),
    ...cases.flatMap((one) => caseLines(one, `${subject.name}.${one.area}`)),
    "  </testsuite>",
  ];
}

function caseLines(test: TestCase, classname: string): string[] {
  const { name, seconds, properties, child } = test;
  const lines = propertyLines(properties, "      ");
  if (child !== undefined) {
    const { tag, type, message, text } = child;
    // A skipped test has no type in any schema.
    const facts = tag === "skipped" ? { message } : { type, message };
    lines.push(`      <${tag}${attributes(facts)}>${escapeMarkup(text)}</${tag}>`);
  }
  const start = `    <testcase${attributes({ classname, name, time: seconds.toFixed(3) })}`;
  return lines.length === 0 ? [`${start}/>`] : [`${start}>`, ...lines, "    </testcase>"];
}

function propertyLines(properties: Readonly<Record<string, string>>, indent: string): string[] {
  const entries = Object.entries(properties);
  if (entries.length === 0) return [];
  return [
    `${indent}<properties>`,
    ...entries.map(([name, value]) => `${indent}  <property${attributes({ name, value })}/>`),
    `${indent}</properties>`,
  ];
}

function totals(cases: readonly TestCase[]): Record<string, string> {
  const count = (tag: string) => String(cases.filter(({ child }) => child?.tag === tag).length);
  return {
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  };
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(value).replaceAll("\n", "&#10;")}"`)
    .join("");
}
