import { tinyLlama } from "../models/mod.ts";
import type { ProgramLimitations } from "../subjects/program.ts";
import { type ProgramSubject } from "../subjects/program.ts";
import { processWorld } from "./process_world.ts";

const REPOSITORY = "mlx-community/Probe-4bit";

/**
 * Finds out what a program does not do even where nothing goes wrong. One such limitation would turn most requirements red that
 * have nothing to do with it; so one scenario judges it, and the others do without.
 *
 * @returns undefined where there is nothing to find out, as not even a plain download succeeds
 */
export async function probeProgram(
  subject: ProgramSubject,
): Promise<ProgramLimitations | undefined> {
  if (!subject.claims.operations.includes("download")) return undefined;
  const model = tinyLlama();
  const empty = { path: "empty.json", bytes: new Uint8Array(0), lfs: false };
  if (!(await downloads(subject, model.files))) return undefined;
  return { emptyFiles: !(await downloads(subject, [...model.files, empty])) };
}

async function downloads(
  subject: ProgramSubject,
  files: ReturnType<typeof tinyLlama>["files"],
): Promise<boolean> {
  await using world = await processWorld(subject);
  world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
  try {
    await world.start().download({ repository: REPOSITORY });
    return true;
  } catch {
    // The scenarios find out why it does not.
    return false;
  }
}
