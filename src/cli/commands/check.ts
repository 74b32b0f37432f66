import type { Command } from "commander";
import type { CheckReport, CodeTrust, ModelRequest, WaitOptions } from "../../../spec/mod.ts";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { MODEL_ARGUMENT, modelArgument } from "../model_argument.ts";
import {
  addModelOptions,
  type ModelOptions,
  modelRequest,
  trustOf,
  trustOption,
} from "../model_options.ts";
import {
  allRuntimesOption,
  isLoadedBy,
  printRuntimes,
  type RuntimeOptions,
  runtimeOption,
} from "../output/print_runtimes.ts";
import { printable } from "../output/format.ts";
import { type CommandContext, type Session } from "../command_context.ts";
import { painted } from "../text_output.ts";
import { withProgress } from "../output/with_progress.ts";
import { printMend } from "../output/print_mend.ts";
import { printJson } from "../output/print_json.ts";

/** Adds `mlx-layout check`. */
export function addCheckCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("check")
      .description("check that a model can be loaded, and list what is wrong with it")
      .argument("<model>", MODEL_ARGUMENT)
      .addOption(trustOption())
      .addOption(runtimeOption())
      .addOption(allRuntimesOption()),
  );
  addExamples(command, [
    "check mlx-community/SmolLM-135M-Instruct-4bit",
    "check ./my-model --json",
  ]);
  command.action((model: string, options: ModelOptions & CodeTrust & RuntimeOptions) =>
    session.run(options, async (context) => {
      const request = modelRequest(model, options);
      const report = await withProgress(context, options, (wait) =>
        check(request, context, { ...wait, ...trustOf(options) }),
      );
      if (options.json === true) printJson(context.stdout, "check", report);
      else {
        printReport(report, options, context);
        const { directory } = report;
        if (!report.loadable) await printMend({ directory, report }, context);
      }
      const isLoaded =
        report.runtimes === undefined || options.runtime === undefined
          ? report.loadable
          : isLoadedBy(report.runtimes, options);
      return isLoaded ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}

async function check(
  request: ModelRequest,
  context: CommandContext,
  options: WaitOptions & CodeTrust,
): Promise<CheckReport> {
  const asked = await modelArgument(request, context);
  return "directory" in asked
    ? await context.manager.checkDirectory(asked.directory, options)
    : await context.manager.check({ ...asked, ...trustOf(options) }, options);
}

function printReport(report: CheckReport, options: RuntimeOptions, context: CommandContext): void {
  for (const { level, cause, path, detail } of report.findings) {
    const name = painted(context.stdout, level === "error" ? "red" : "yellow", level);
    context.stdout.write(`${name}: ${cause}: ${printable(path)}: ${printable(detail)}\n`);
  }
  const errors = report.findings.filter((finding) => finding.level === "error").length;
  context.stdout.write(
    `${report.loadable ? painted(context.stdout, "green", "loadable") : painted(context.stdout, "red", "not loadable")}: ${[
      printable(report.architecture ?? "unknown architecture"),
      `${formatCount(report.parameterCount)} parameters`,
      printable(report.quantization ?? "not quantized"),
      `${report.tensorCount} tensors`,
      ...(report.kind === undefined || report.kind === "language" ? [] : [report.kind]),
      ...(errors === 0 ? [] : [`${errors} ${errors === 1 ? "error" : "errors"}`]),
    ].join(", ")}\n`,
  );
  const { runtimes, kind } = report;
  const isAsked = options.allRuntimes === true || options.runtime !== undefined;
  if (runtimes !== undefined && (errors === 0 || isAsked))
    printRuntimes(runtimes, { ...options, kind }, context.stdout);
}

/** @returns for example `"135 M"`, as model names count */
function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(3)} B`;
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  return String(count);
}
