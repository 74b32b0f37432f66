import { resolve } from "node:path";
import type { Command } from "commander";
import type { CheckReport, ModelRequest, WaitOptions } from "../../spec/mod.ts";
import type { CliWorld } from "./cli_world.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "./model_options.ts";
import { expandHome } from "../layout/expand_home.ts";
import { printable } from "./printable.ts";
import { printJson, type Scene, type Session } from "./session.ts";
import { withProgress } from "./with_progress.ts";

/** Adds `mlx-layout check`. */
export function addCheckCommand(program: Command, session: Session): void {
  addModelOptions(
    program
      .command("check")
      .description("tell whether a runtime may open a model, and if not, why")
      .argument(
        "<model>",
        "ORG/NAME, or a directory; one that begins with / . or ~ is always a directory",
      ),
  ).action((model: string, options: ModelOptions) =>
    session.run(options, async (scene) => {
      const report = await withProgress(scene, options, (wait) =>
        check(modelRequest(model, options), { scene, wait, env: session.world.place.env }),
      );
      if (options.json === true) printJson(scene.stdout, report);
      else printReport(report, scene);
      return report.loadable ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}

interface CheckContext {
  readonly scene: Scene;
  readonly wait: WaitOptions;
  readonly env: CliWorld["place"]["env"];
}

/** A model under the root goes before a directory of the same name; a directory before an absent model. */
async function check(request: ModelRequest, context: CheckContext): Promise<CheckReport> {
  const { scene, wait, env } = context;
  const { manager } = scene;
  const { repository: model } = request;
  const directory = resolve(expandHome(model, env));
  if (!looksLikeRepository(model)) return await manager.checkDirectory(directory, wait);
  const located = await manager.locate(request);
  if (located === undefined && (await isDirectory(directory, scene))) {
    return await manager.checkDirectory(directory, wait);
  }
  return await manager.check(request, wait);
}

function looksLikeRepository(model: string): boolean {
  return /^[^/\\.~][^/\\]*\/[^/\\]+$/.test(model);
}

async function isDirectory(path: string, scene: Scene): Promise<boolean> {
  try {
    return (await scene.host.files.stat(path)).kind === "directory";
  } catch {
    // Whatever keeps it from being looked at, it is not a directory that can be checked.
    return false;
  }
}

function printReport(report: CheckReport, scene: Scene): void {
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
