import type { Command } from "commander";
import type { CheckReport, ModelRequest, WaitOptions } from "../../../spec/mod.ts";
import type { CliEnvironment } from "../cli_environment.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { MODEL_ARGUMENT, modelArgument } from "../model_argument.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { printable } from "../output/format.ts";
import { printJson, type CommandContext, type Session } from "../command_context.ts";
import { withProgress } from "../output/with_progress.ts";

/** Adds `mlx-layout check`. */
export function addCheckCommand(program: Command, session: Session): void {
  addModelOptions(
    program
      .command("check")
      .description("tell whether a runtime may open a model, and if not, why")
      .argument("<model>", MODEL_ARGUMENT),
  ).action((model: string, options: ModelOptions) =>
    session.run(options, async (scene) => {
      const report = await withProgress(scene, options, (wait) =>
        check(modelRequest(model, options), { scene, wait, env: session.world.config.env }),
      );
      if (options.json === true) printJson(scene.stdout, report);
      else printReport(report, scene);
      return report.loadable ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}

interface CheckContext {
  readonly scene: CommandContext;
  readonly wait: WaitOptions;
  readonly env: CliEnvironment["config"]["env"];
}

async function check(request: ModelRequest, context: CheckContext): Promise<CheckReport> {
  const { scene, wait, env } = context;
  const asked = await modelArgument(request, scene, { env });
  return "directory" in asked
    ? await scene.manager.checkDirectory(asked.directory, wait)
    : await scene.manager.check(asked, wait);
}

function printReport(report: CheckReport, scene: CommandContext): void {
  for (const { level, cause, path, detail } of report.findings) {
    scene.stdout.write(`${level}: ${cause}: ${printable(path)}: ${printable(detail)}\n`);
  }
  const errors = report.findings.filter((finding) => finding.level === "error").length;
  scene.stdout.write(
    `${report.loadable ? "loadable" : "not loadable"}: ${[
      printable(report.architecture ?? "unknown architecture"),
      `${formatCount(report.parameterCount)} parameters`,
      printable(report.quantization ?? "not quantized"),
      `${report.tensorCount} tensors`,
      ...(errors === 0 ? [] : [`${errors} ${errors === 1 ? "error" : "errors"}`]),
    ].join(", ")}\n`,
  );
}

/** @returns for example `"135 M"`, as model names count */
function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(3)} B`;
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  return String(count);
}
