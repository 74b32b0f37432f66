import { createHash } from "node:crypto";
import { breakageSignature } from "../../deviations/breakage_signature.ts";
import type { SuiteVerdict } from "../../suite/suite_verdict.ts";
import type { ScenarioResult, ScenarioStatus } from "../../scenario/scenario_result.ts";
import { redactValue } from "../../redact_secrets.ts";
import { failureStories } from "../failure_story.ts";
import { requirementLines } from "./requirement_lines.ts";
import type {
  RecordClosing,
  RecordHeader,
  RecordLine,
  RecordReplay,
  RecordRequirement,
  RecordResult,
} from "./run_record.ts";

/** Options of {@linkcode RecordWriter}. */
export interface RecordWriterOptions {
  /** Called during the run with each line, including its line feed. */
  readonly write: (text: string) => void;
  /** Secrets that must not be written. @default {none} */
  readonly secrets?: readonly string[];
  /** The requirements. @default {those of this version} */
  readonly requirements?: readonly RecordRequirement[] | undefined;
}

/** Material that is stored with a result. */
export interface ResultMaterial {
  /** @default {made from the result} */
  readonly story?: string | undefined;
  readonly replay?: RecordReplay | undefined;
  readonly trace?: readonly string[] | undefined;
}

/** Fields with names, which are compared and hold no text from outside. */
const KEPT_KEYS = new Set(["type", "scenario", "world", "status", "covers", "judged", "path"]);

/**
 * Writes the record of a run, line by line during the run, without secrets. A record that was not closed is
 * recognizably incomplete.
 */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #hash = createHash("sha256");
  readonly #counts: Partial<Record<ScenarioStatus, number>> = {};
  #results = 0;
  #cases = 0;
  #durationMs = 0;

  constructor(header: Omit<RecordHeader, "type" | "format">, options: RecordWriterOptions) {
    this.#options = options;
    this.#write(this.#redacted({ type: "header", format: 1, ...header }));
    for (const line of options.requirements ?? requirementLines()) this.#write(line);
  }

  /** Writes the result of one scenario. */
  add(result: ScenarioResult, material: ResultMaterial = {}): void {
    const { status, cases, durationMs, breakage } = result;
    this.#results++;
    this.#cases += cases;
    this.#durationMs += durationMs;
    this.#counts[status] = (this.#counts[status] ?? 0) + 1;
    const story = material.story ?? failureStories(result);
    const line: RecordResult = {
      type: "result",
      ...result,
      ...(story === undefined ? {} : { story }),
      ...(breakage === undefined ? {} : { signature: breakageSignature(breakage) }),
      ...(material.replay === undefined ? {} : { replay: material.replay }),
      ...(material.trace === undefined ? {} : { trace: material.trace }),
    };
    this.#write(this.#redacted(line));
  }

  /** Writes the last line: the run finished. */
  close(
    verdict: SuiteVerdict,
    deviationProblems: readonly string[] = [],
    options: Pick<RecordClosing, "stopped"> = {},
  ): void {
    const closing: Omit<RecordClosing, "sha256"> = {
      type: "closing",
      complete: true,
      ...options,
      results: this.#results,
      cases: this.#cases,
      counts: this.#counts,
      verdict,
      deviationProblems,
      durationMs: this.#durationMs,
    };
    this.#write({ ...this.#redacted(closing), sha256: this.#hash.copy().digest("hex") });
  }

  #write(line: RecordLine): void {
    const text = `${printableJson(line)}\n`;
    this.#hash.update(text);
    this.#options.write(text);
  }

  #redacted<Line extends object>(line: Line): Line {
    return redactValue(line, { secrets: this.#options.secrets ?? [], keptKeys: KEPT_KEYS });
  }
}

/** JSON whose text moves no terminal's cursor and changes no direction, whoever chose what it holds. */
function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
