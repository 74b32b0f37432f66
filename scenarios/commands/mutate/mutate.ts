/**
 * The work of `mlx-conform mutate`: places mutants in a copy of the source, and lets the scenarios find them.
 *
 * @module
 */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT_CODES } from "../../../harness/internal.ts";
import { scenarios } from "../../mod.ts";
import type { ConformContext } from "../conform_context.ts";
import { replaceBetween } from "../matrix/matrix.ts";
import { packageDirectory } from "../package_directory.ts";
import { makeInstrumentedCopy } from "./instrumented_copy.ts";
import { judgeMutants } from "./judge_mutants.ts";
import type { JudgedMutant } from "./mutant.ts";
import { mutationTable } from "./mutation_table.ts";

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
  readonly report?: string;
  readonly into?: string;
  readonly jobs: number;
}

/**
 * Judges a sample of mutants of the reference.
 *
 * @returns the exit code
 */
export async function mutate(options: MutateOptions, context: ConformContext): Promise<number> {
  const { only = [], sample, seed, seconds, report, into } = options;
  const startMs = performance.now();
  const copy = await mkdtemp(join(tmpdir(), "mlx-layout-mutants-"));
  try {
    const project = packageDirectory();
    const { mutants, total } = await makeInstrumentedCopy(project, copy, { only, sample, seed });
    context.writeErr(`${mutants.length} of ${total} mutants, seed ${seed}\n`);
    let done = 0;
    const judged = await judgeMutants(mutants, scenarios, {
      ...options,
      copy,
      mutantMs: seconds * 1000,
      onMutant: (mutant) => {
        done++;
        context.writeErr(`[${done}/${mutants.length}] ${lineOf(mutant)}\n`);
      },
    });
    const table = mutationTable(judged);
    context.writeOut(`${table}\n\n`);
    for (const mutant of judged)
      if (["survived", "unreached", "unit", "unblamed"].includes(mutant.end))
        context.writeOut(
          `${lineOf(mutant)}\n    ${short(mutant.original)}  ->  ${short(mutant.replacement)}\n`,
        );
    context.writeOut(`${Math.round((performance.now() - startMs) / 1000)} s\n`);
    if (report !== undefined)
      await writeFile(report, judged.map((mutant) => `${JSON.stringify(mutant)}\n`).join(""));
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

function lineOf({ end, file, line, mutator, by, requirement }: JudgedMutant): string {
  const who = [requirement, by].filter((word) => word !== undefined).join(" in ");
  return `${end.padEnd(9)} src/${file}:${line} ${mutator}${who === "" ? "" : ` by ${who}`}`;
}

function short(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ");
  return flat.length > 100 ? `${flat.slice(0, 100)}…` : flat;
}
