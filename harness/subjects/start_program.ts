import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SUBJECT_LIMITS } from "./message.ts";
import { type ProgramSubject, programSubject, type SubjectProgram } from "./program.ts";
import { SubjectConnection } from "./subject_connection.ts";
import type { SubjectFault } from "../errors.ts";

/**
 * Starts a program once, reads its `hello`, and ends it.
 *
 * @throws {SubjectFault} when it cannot be started or breaks the protocol
 */
export async function startProgram(
  command: readonly string[],
  options: Partial<Omit<SubjectProgram, "command">> = {},
): Promise<ProgramSubject> {
  const { limits = SUBJECT_LIMITS, env = {}, limitations } = options;
  const home = await mkdtemp(join(tmpdir(), "mlx-layout-subject-"));
  try {
    const { PATH = "" } = process.env;
    let fault: SubjectFault | undefined;
    const connection = new SubjectConnection({
      command,
      cwd: home,
      env: { PATH, HOME: home, TMPDIR: home, ...env },
      limits,
      onFault: (found) => {
        fault ??= found;
      },
    });
    const claims = await connection.hello();
    await connection.finish();
    if (fault !== undefined) throw fault;
    const program = { command, env, limits };
    return programSubject(
      limitations === undefined ? program : { ...program, limitations },
      claims,
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
