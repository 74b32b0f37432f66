import { tinyLlama } from "../../models/mod.ts";
import type { ProgramLimitations } from "../../subjects/program.ts";
import { type ProgramSubject, programSubject } from "../../subjects/program.ts";
import { processWorld } from "../process_world.ts";

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
  if ((await failureOf(subject, model.files)) !== undefined) return undefined;
  return { emptyFiles: (await failureOf(subject, [...model.files, empty])) !== undefined };
}

/**
 * Finds out whether what binds this process keeps a program from a plain download that succeeds without it, such as a network
 * in which it finds no names. Then nothing can be judged here, and every case is skipped with the reason.
 *
 * @param subject as {@linkcode probeProgram} found it elsewhere
 */
export async function probeSandbox(subject: ProgramSubject): Promise<ProgramSubject> {
  const { limitations } = subject.program;
  if (limitations === undefined) return subject;
  const sandbox = await failureOf(subject, tinyLlama().files);
  if (sandbox === undefined) return subject;
  const program = { ...subject.program, limitations: { ...limitations, sandbox } };
  return programSubject(program, subject.claims);
}

/** How a plain download ends; undefined when it succeeds. */
async function failureOf(
  subject: ProgramSubject,
  files: ReturnType<typeof tinyLlama>["files"],
): Promise<string | undefined> {
  await using world = await processWorld(subject);
  world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
  try {
    await world.start().download({ repository: REPOSITORY });
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}
