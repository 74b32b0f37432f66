import { resolve } from "node:path";
import type { Command } from "commander";
import type { DiagnoseRequest, Diagnosis, DiagnosisFinding, Mend } from "../../../spec/mod.ts";
import { expandHome } from "../../layout/expand_home.ts";
import { isRepositoryId } from "../../layout/repository_id.ts";
import { addExamples } from "../add_examples.ts";
import { type CommandContext, type CommonOptions, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { mendCommand } from "../mend_command.ts";
import { printable } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";
import { painted } from "../text_output.ts";

interface DoctorOptions extends CommonOptions {
  readonly fix?: boolean;
}

/** Adds `mlx-layout doctor`. */
export function addDoctorCommand(program: Command, session: Session): void {
  const command = program
    .command("doctor")
    .description(
      "say what is wrong with the models on this machine, and the command that mends each; offline",
    )
    .argument(
      "[model]",
      "ORG/NAME, or a directory of one model or of many (default: all that there are)",
    )
    .option(
      "--fix",
      "show and do what neither fetches nor loses anything: moves, and removals of sidecars",
    )
    .option("--root <directory>", "directory of the models")
    .option("--json", "print JSON");
  addExamples(command, [
    "doctor",
    "doctor mlx-community/SmolLM-135M-Instruct-4bit",
    "doctor ~/Documents/Models/smollm-135m --fix",
  ]);
  command.action((model: string | undefined, options: DoctorOptions) =>
    session.run(options, async (context) => {
      const { manager, wait } = context;
      const request = await requestOf(model, context);
      let diagnosis = await manager.diagnose(request, wait);
      if (options.fix === true && (await fix(diagnosis, options, context)))
        diagnosis = await manager.diagnose(await stillThere(request, context), wait);
      if (options.json === true) print(diagnosis, context);
      else printDiagnosis(diagnosis, context);
      const isWrong = diagnosis.findings.some(({ level }) => level === "error");
      return isWrong ? EXIT_CODES.failed : EXIT_CODES.done;
    }),
  );
}

/** A directory that is there goes before a repository of the same name: it is what the user sees. */
async function requestOf(
  model: string | undefined,
  context: CommandContext,
): Promise<DiagnoseRequest> {
  if (model === undefined) return {};
  const directory = resolve(expandHome(model, context.env));
  if (!isRepositoryId(model) || (await isThere(directory, context))) return { directory };
  return { repository: model };
}

/** A model that was moved is no longer where it was. */
async function stillThere(
  request: DiagnoseRequest,
  context: CommandContext,
): Promise<DiagnoseRequest> {
  const { directory } = request;
  return directory === undefined || (await isThere(directory, context)) ? request : {};
}

async function isThere(path: string, { host }: CommandContext): Promise<boolean> {
  try {
    return (await host.files.stat(path)).kind === "directory";
  } catch {
    // What cannot be looked at is not examined either.
    return false;
  }
}

/** What loses nothing and fetches nothing: a move can be undone, and what is tidied is made again by the system. */
function isSafe(mend: Mend | undefined): mend is Mend {
  if (mend?.operation === "migrate") return mend.repository !== undefined;
  return mend?.operation === "tidy";
}

async function fix(
  { findings }: Diagnosis,
  options: DoctorOptions,
  context: CommandContext,
): Promise<boolean> {
  const { stdout, manager, wait } = context;
  const steps = new Map<string, Mend>();
  for (const { mend } of findings) if (isSafe(mend)) steps.set(mendCommand(mend, context), mend);
  const isText = options.json !== true;
  if (isText && steps.size > 0)
    stdout.write(`Will do:\n${[...steps.keys()].map((line) => `  ${printable(line)}\n`).join("")}`);
  for (const mend of steps.values()) await manager.mend(mend, wait);
  if (isText && steps.size > 0) stdout.write("Done.\n");
  return steps.size > 0;
}

function print({ models, findings }: Diagnosis, context: CommandContext): void {
  printJson(context.stdout, "diagnosis", {
    models,
    findings: findings.map(({ mend, ...finding }) => ({
      ...finding,
      ...(mend !== undefined && { command: mendCommand(mend, context), isSafe: isSafe(mend) }),
    })),
  });
}

function printDiagnosis({ models, findings }: Diagnosis, context: CommandContext): void {
  const { stdout } = context;
  for (const finding of findings) {
    const { level, cause, detail, mend } = finding;
    const name = painted(stdout, level === "error" ? "red" : "yellow", level);
    stdout.write(`${name}: ${cause}: ${printable(placeOf(finding))}: ${printable(detail)}\n`);
    if (mend !== undefined) stdout.write(`  ${printable(mendCommand(mend, context))}\n`);
  }
  const errors = findings.filter(({ level }) => level === "error").length;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const summary = [
    `${count(models, "model")} looked at`,
    ...(errors === 0 && findings.length === 0
      ? [painted(stdout, "green", "nothing is wrong")]
      : []),
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(findings.length > errors ? [count(findings.length - errors, "warning")] : []),
  ];
  stdout.write(`${summary.join(", ")}\n`);
}

function placeOf({ directory, path }: DiagnosisFinding): string {
  return path === undefined ? directory : `${directory}/${path}`;
}
