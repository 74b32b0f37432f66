/**
 * The work of `mlx-conform explain` for a scenario: what it judges, and what its generator makes.
 *
 * @module
 */

import fc from "fast-check";
import { DrawnCases, type DrawnCounts, EXIT_CODES } from "../../../harness/internal.ts";
import type { Scenario } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { SEED } from "../command_defaults.ts";
import type { ConformContext } from "../conform_context.ts";

/** Cases that are drawn to see what there is; none is run. */
const DRAWN = 300;

/** The scenario of a name; undefined where there is none. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((one) => one.name === name);
}

/**
 * Prints a scenario and how often its generator makes what.
 *
 * @returns the exit code
 */
export function explainScenario(
  { name, covers, goals = [], worlds, given }: Scenario,
  { json, context }: { readonly json: boolean; readonly context: ConformContext },
): number {
  const drawn = new DrawnCases();
  for (const one of fc.sample(fc.record({ ...given }), { numRuns: DRAWN, seed: SEED }))
    drawn.add(one);
  const where = worlds ?? ["memory", "disk", "process"];
  const { counts } = drawn;
  if (json) {
    const all = { name, covers, goals, worlds: where, cases: DRAWN, drawn: counts };
    context.writeOut(`${JSON.stringify(all, undefined, 2)}\n`);
    return EXIT_CODES.conformant;
  }
  const lines = [
    `${name}  in ${where.join(", ")}`,
    "",
    "judges:",
    ...covers.map((id) => `  ${id}`),
    ...(goals.length === 0 ? [] : ["", "must happen at least once in a run:"]),
    ...goals.map((goal) => `  ${goal}`),
    "",
    `what ${DRAWN} cases are, in percent:`,
    ...countLines(counts),
    "",
    `run it: mlx-conform run --only ${name}`,
  ];
  context.writeOut(`${lines.join("\n")}\n`);
  return EXIT_CODES.conformant;
}

function countLines(counts: DrawnCounts): string[] {
  return Object.entries(counts).map(([key, kinds]) => {
    const all = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    const parts = Object.entries(kinds)
      .toSorted(([, one], [, two]) => two - one)
      .map(([kind, count]) => `${kind} ${Math.round((count / all) * 100)}`);
    return `  ${key}: ${parts.join(", ")}`;
  });
}
