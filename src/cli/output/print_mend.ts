import type { CheckReport, DiagnosisFinding } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { isRepositoryId } from "../../layout/repository_id.ts";
import type { CommandContext } from "../command_context.ts";
import { mendCommand } from "../mend_command.ts";
import { printable } from "./format.ts";

/** Which copy is meant. */
export interface MendedModel {
  readonly repository?: string | undefined;
  /** Its directory; undefined where there is none. */
  readonly directory?: string | undefined;
  /** What a check has found in it. */
  readonly report?: CheckReport;
}

/** Prints the one command that `doctor` names for a copy that is not as it must be; nothing where there is none. */
export async function printMend(model: MendedModel, context: CommandContext): Promise<void> {
  const command = await mendOf(model, context);
  context.stderr.write(mendLine(command, "fetch only what is wrong"));
}

/**
 * The line that ends what is said of a copy that is not as it must be.
 *
 * @param purpose what a download is for; any other command mends
 */
export function mendLine(command: string | undefined, purpose: string): string {
  if (command === undefined) return "";
  const end = command.includes("mlx-layout download ") ? purpose : "mend it";
  return `Run "${printable(command)}" to ${end}\n`;
}

/**
 * The failure of a command about a model that lies where MLX does not look, with the command that moves it; undefined
 * where there is no such copy.
 */
export async function misplacedFailure(
  repository: string,
  context: CommandContext,
): Promise<ModelError | undefined> {
  const [finding] = await findingsOf({ repository }, context);
  const { directory, mend } = finding ?? {};
  if (directory === undefined || mend?.operation !== "migrate") return undefined;
  return new ModelError(
    "not-downloaded",
    `Cannot find "${repository}" under "${context.root}": it lies in "${directory}", where MLX does not look; run "${mendCommand(mend, context)}"`,
  );
}

/** The command that mends a copy, as `doctor` names it first. */
export async function mendOf(
  model: MendedModel,
  context: CommandContext,
): Promise<string | undefined> {
  const findings = await findingsOf(model, context);
  const [first] = findings.filter(({ mend }) => mend !== undefined);
  return first?.mend && mendCommand(first.mend, context);
}

async function findingsOf(
  { repository, directory, report }: MendedModel,
  { manager, wait }: CommandContext,
): Promise<readonly DiagnosisFinding[]> {
  // What is malformed is refused where it is used.
  const isNamed = repository !== undefined && isRepositoryId(repository);
  if (directory === undefined && !isNamed) return [];
  const request = directory === undefined ? { ...(isNamed && { repository }) } : { directory };
  try {
    const { findings } = await manager.diagnose({ ...request, ...(report && { report }) }, wait);
    return findings.filter(({ level }) => level === "error");
  } catch (error) {
    // Where there is nothing to examine there is nothing to mend.
    if (error instanceof ModelError && error.code === "not-downloaded") return [];
    throw error;
  }
}
