/**
 * The work of `mlx-conform mutate`: places mutants in a copy of the source, and lets the scenarios find them.
 *
 * @module
 */

import { appendFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT_CODES } from "../../../harness/internal.ts";
import { scenarios } from "../../mod.ts";
import type { ConformContext } from "../conform_context.ts";
import { replaceBetween } from "../matrix/matrix.ts";
import { packageDirectory } from "../package_directory.ts";
import { readEquivalentMutants } from "./equivalent_mutants.ts";
import { makeInstrumentedCopy } from "./instrumented_copy.ts";
import { judgeMutants } from "./judge_mutants.ts";
import type { JudgedMutant, MutantEnd } from "./mutant.ts";
import { mutationTable } from "./mutation_table.ts";
import { keepNoticedBy, readNoticedBy } from "./noticed_by.ts";

/** Ends that a reader looks into. */
const SHOWN: ReadonlySet<MutantEnd> = new Set(["survived", "unreached", "unit", "unblamed"]);

/** Options of {@linkcode mutate}. */
export interface MutateOptions {
  /** Folders or files of `src`. @default {all} */
  readonly only?: readonly string[];
  readonly sample: number;
  readonly seed: number;
  readonly runs: number;
  readonly diskRuns: number;
  readonly seconds: number;
  readonly unit: boolean;
  /** Whether mutants of the list of equivalent ones are judged too. */
  readonly equivalent?: boolean;
  /** Only scenarios whose names begin so judge. @default {all} */
  readonly by?: readonly string[];
  /** An earlier report, of which those are judged that no scenario noticed. */
  readonly again?: string;
  readonly report?: string;
  readonly into?: string;
  /** Whether what noticed the mutants of each file is kept, to be asked first the next time. */
  readonly keep?: boolean;
  readonly jobs: number;
}

/**
 * Judges a sample of mutants of the reference.
 *
 * @returns the exit code
 */
export async function mutate(options: MutateOptions, context: ConformContext): Promise<number> {
  const { only = [], sample, seed, seconds, report, into, again, by } = options;
  const startMs = performance.now();
  const copy = await mkdtemp(join(tmpdir(), "mlx-layout-mutants-"));
  try {
    const project = packageDirectory();
    const among = again === undefined ? undefined : await readUnnoticed(again);
    const drawn = { only, sample, seed, ...(among !== undefined && { among }) };
    const { mutants, places, compared, total } = await makeInstrumentedCopy(project, copy, drawn);
    context.writeErr(`${mutants.length} of ${total} mutants, seed ${seed}\n`);
    if (report !== undefined) await writeFile(report, "");
    let done = 0;
    const judges = scenarios.filter(({ name }) => by?.some((one) => name.startsWith(one)) ?? true);
    const judged = await judgeMutants(mutants, judges, {
      ...options,
      copy,
      places,
      compared,
      mutantMs: seconds * 1000,
      equivalent: await readEquivalentMutants(project),
      noticedBy: await readNoticedBy(project),
      judgeEquivalent: options.equivalent ?? false,
      onMutant: (mutant) => {
        done++;
        if (report !== undefined) appendFileSync(report, `${JSON.stringify(mutant)}\n`);
        context.writeErr(`[${done}/${mutants.length}] ${lineOf(mutant)}\n`);
      },
    });
    const table = mutationTable(judged);
    context.writeOut(`${table}\n\n`);
    for (const mutant of judged)
      if (SHOWN.has(mutant.end))
        context.writeOut(
          `${lineOf(mutant)}: ${mutant.text}\n    ${short(mutant.original)}  ->  ${short(mutant.replacement)}\n`,
        );
    context.writeOut(`${Math.round((performance.now() - startMs) / 1000)} s\n`);
    if (report !== undefined)
      await writeFile(report, judged.map((mutant) => `${JSON.stringify(mutant)}\n`).join(""));
    if (options.keep === true) await keepNoticedBy(project, judged);
    if (into !== undefined)
      await writeFile(
        into,
        replaceBetween(await readFile(into, "utf8"), "mutants", { content: table }),
      );
    return EXIT_CODES.conformant;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function readUnnoticed(report: string): Promise<JudgedMutant[]> {
  const lines = (await readFile(report, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as JudgedMutant).filter(({ end }) => SHOWN.has(end));
}

function lineOf(mutant: JudgedMutant): string {
  const { end, file, line, mutator, by, requirement, untried, differs } = mutant;
  const who = [requirement, by].filter((word) => word !== undefined).join(" in ");
  const known = differs === undefined ? "" : `, with another value in ${differs} cases`;
  const rest =
    known + (untried === undefined ? "" : `, with ${untried} runs of scenarios not tried`);
  return `${end.padEnd(9)} src/${file}:${line} ${mutator}${who === "" ? "" : ` by ${who}`}${rest}`;
}

function short(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ");
  return flat.length > 100 ? `${flat.slice(0, 100)}…` : flat;
}
