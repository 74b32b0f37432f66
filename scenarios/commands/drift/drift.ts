/**
 * The work of `mlx-conform drift`: asks a hub, and compares the shapes of its answers with recorded ones.
 *
 * @module
 */

import {
  compareShapes,
  EXIT_CODES,
  type HubShapes,
  LIVE_HUB_STYLE,
  parseShapes,
  PROBES,
  RECORDED_HUB,
  recordShapes,
  serveHub,
  SimulatedHub,
  tinyLlama,
  wantedDifference,
} from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { readNamedText, writeText } from "../records/record_files.ts";
import type { DriftOptions } from "./drift_command.ts";

/**
 * Asks a hub, writes what it answered where there is a path for it, and prints what differs from a recording.
 *
 * @returns the exit code: 1 where something differs
 * @throws {RangeError} when a recording cannot be read or written
 */
export async function showDrift(
  { endpoint, repository, against, record }: DriftOptions,
  { writeOut, writeErr }: ConformContext,
): Promise<number> {
  const recorded =
    against === undefined
      ? RECORDED_HUB
      : parseShapes(await readNamedText(against, "the recording"), against);
  let answers: HubShapes["answers"];
  try {
    answers = await answersOf(endpoint, repository);
  } catch (error) {
    const { cause } = error as Error;
    const why = cause instanceof Error ? ` (${causeText(cause)})` : "";
    writeErr(`mlx-conform: ${error instanceof Error ? error.message : String(error)}${why}\n`);
    return EXIT_CODES["harness failed"];
  }
  const hub = endpoint ?? "the simulated hub";
  if (record !== undefined) {
    const on = new Date().toISOString();
    const shapes: HubShapes = {
      format: 1,
      provenance: `recorded by mlx-conform drift at ${hub}, of ${repository}, ${on}`,
      recorded: on.slice(0, 10),
      answers,
    };
    await writeText(record, `${JSON.stringify(shapes, undefined, 2)}\n`);
    writeOut(`recorded: ${Object.keys(answers).length} answers, in ${record}\n`);
  }
  writeOut(`${hub}, against answers of ${recorded.recorded}: ${recorded.provenance}\n`);
  const compared = PROBES.filter((probe) => probe in recorded.answers && probe in answers);
  const all = compareShapes(recorded, answers);
  for (const drift of all) {
    const why = wantedDifference(drift);
    const { probe, where, recorded: before, actual } = drift;
    const note = why === undefined ? "drift" : `on purpose, as ${why}`;
    writeOut(`${note}: ${probe}, ${where}: recorded ${before}, now ${actual}\n`);
  }
  const count = all.filter((drift) => wantedDifference(drift) === undefined).length;
  writeOut(`${count === 0 ? "no drift" : `${count} differences`} in ${compared.length} answers\n`);
  return count === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

async function answersOf(endpoint: string | undefined, repository: string) {
  if (endpoint !== undefined) return recordShapes({ endpoint, repository, fetch });
  const hub = new SimulatedHub({ now: () => Date.now(), style: LIVE_HUB_STYLE });
  hub.publish(repository, tinyLlama({ shards: 2 }).files);
  const served = await serveHub(hub);
  try {
    return await recordShapes({ endpoint: served.endpoint, repository, fetch });
  } finally {
    await served.close();
  }
}

/** The reason of the system stands below that of `fetch`. */
function causeText(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
