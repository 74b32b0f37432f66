import { exampleFailure, exampleResult } from "../deviations/example_result.ts";
import type { SuiteVerdict } from "../suite/suite_verdict.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import { specSha256 } from "./record/spec_sha256.ts";
import { RecordWriter, type ResultMaterial } from "./record/record_writer.ts";
import type { RecordHeader, RecordRequirement } from "./record/run_record.ts";

/** One result of each kind, as tests of reports need them. */
export const EXAMPLE_RESULTS: readonly ScenarioResult[] = [
  exampleResult({ scenario: "layout/required_files", covers: ["LAYOUT-PATH", "LAYOUT-SET"] }),
  exampleFailure(
    "DL-INTEGRITY",
    'it published "model.safetensors" <b>with</b> 3 wrong bytes & more',
  ),
  exampleFailure("DL-RESUME", "it sent no range", {
    scenario: "download/resume",
    world: "disk",
    status: "expected-fail",
    deviation: { issue: "https://example.com/issues/1", reason: "it keeps no partial file" },
  }),
  exampleResult({
    scenario: "download/retries",
    covers: ["DL-RETRY"],
    status: "vacuous",
    vacuity: ['the fault "status" never fired'],
  }),
  exampleResult({
    scenario: "layout/case_twins",
    covers: ["LAYOUT-CASE-ID"],
    judged: {},
    status: "skip",
    skipped: { "LAYOUT-CASE-ID": "the volume distinguishes case" },
  }),
  exampleResult({
    scenario: "download/cancel",
    covers: ["DL-CANCEL"],
    judged: {},
    status: "timeout",
    breakage: {
      requirement: undefined,
      detail: "no end after 20000 ms",
      counterexample: "",
      path: "",
    },
  }),
];

/** How {@linkcode exampleRecordText} differs from the plain one. */
export interface ExampleRecordOptions {
  readonly header?: Partial<RecordHeader>;
  readonly results?: readonly ScenarioResult[];
  readonly materialOf?: (result: ScenarioResult) => ResultMaterial;
  readonly secrets?: readonly string[];
  /** @default {all requirements} */
  readonly requirements?: readonly RecordRequirement[];
  /** Undefined for a run that does not finish. */
  readonly verdict?: SuiteVerdict | undefined;
  readonly deviationProblems?: readonly string[];
}

/** The text of a record for tests. */
export function exampleRecordText(options: ExampleRecordOptions = {}): string {
  const { results = EXAMPLE_RESULTS, secrets = [] } = options;
  let text = "";
  const writer = new RecordWriter(
    { ...exampleHeader(results.length), ...options.header },
    { write: (line) => (text += line), secrets, ...lawOf(options) },
  );
  for (const result of results) writer.add(result, options.materialOf?.(result));
  const verdict = "verdict" in options ? options.verdict : "not conformant";
  if (verdict !== undefined) writer.close(verdict, options.deviationProblems);
  return text;
}

function lawOf({ requirements }: ExampleRecordOptions) {
  return requirements === undefined ? {} : { requirements };
}

function exampleHeader(planned: number): Omit<RecordHeader, "type" | "format"> {
  return {
    suite: { version: "0.1.0", specSha256: specSha256() },
    subject: { name: "example", version: "1.4.0" },
    profiles: ["core", "offline"],
    worlds: ["memory", "disk"],
    seed: 7,
    runs: { memory: 40, disk: 8 },
    only: [],
    planned,
    deviations: [],
    machine: {
      os: "linux",
      osVersion: "6.1.0",
      arch: "x64",
      node: "24.21.0",
      filesystem: "ext4",
      isCaseSensitive: true,
    },
    startedAt: "2026-11-25T20:00:00.000Z",
  };
}
