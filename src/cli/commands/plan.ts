import { type Command, Option } from "commander";
import {
  type CodeTrust,
  type LoadPlan,
  PLAN_RUNTIMES,
  type PlanRuntime,
  type RuntimeVerdict,
} from "../../../spec/mod.ts";
import { plannedRuntime, verdictOf } from "../../load/runtimes/choose_runtime.ts";
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
import { formatBytes, printable } from "../output/format.ts";
import { type CommandContext, type Session } from "../command_context.ts";
import { printJson } from "../output/print_json.ts";
import { allRuntimesOption, printRuntimes } from "../output/print_runtimes.ts";

interface PlanOptions extends ModelOptions, CodeTrust {
  readonly runtime: PlanRuntime;
  readonly allRuntimes?: boolean;
}

/** Adds `mlx-layout plan`. */
export function addPlanCommand(program: Command, session: Session): void {
  const runtime = new Option("--runtime <runtime>", "runtime to plan for");
  const command = addModelOptions(
    program
      .command("plan")
      .description("list the files that a runtime opens, and say whether it loads them")
      .argument("<model>", MODEL_ARGUMENT)
      .addOption(runtime.choices(PLAN_RUNTIMES).default("mlx-lm"))
      .addOption(allRuntimesOption())
      .addOption(trustOption()),
  );
  addExamples(command, [
    "plan mlx-community/SmolLM-135M-Instruct-4bit --runtime mlx-swift-lm-main",
    "plan mlx-community/SmolLM-135M-Instruct-4bit --all-runtimes",
  ]);
  command.action((model: string, options: PlanOptions) =>
    session.run(options, async (context) => {
      const { runtime } = options;
      const trust = trustOf(options);
      const { manager } = context;
      const asked = await modelArgument(modelRequest(model, options), context);
      const isDirectory = "directory" in asked;
      const plan = isDirectory
        ? await manager.planDirectory(asked.directory, { runtime, ...trust })
        : await manager.plan({ ...asked, runtime, ...trust });
      // For a plan no tensor is read.
      const depth = "headers";
      const { runtimes = [], kind } = isDirectory
        ? await manager.checkDirectory(asked.directory, { ...trust, depth })
        : await manager.check({ ...asked, ...trust }, { depth });
      if (options.json === true) printJson(context.stdout, "load-plan", { ...plan, runtimes });
      else {
        printPlan(plan, context);
        const shown =
          options.allRuntimes === true
            ? { allRuntimes: true, kind }
            : { runtime: plannedRuntime(runtime), kind };
        printRuntimes(runtimes, shown, context.stdout);
      }
      return plan.stopsAt === undefined && isLoaded(runtimes, runtime)
        ? EXIT_CODES.done
        : EXIT_CODES.failed;
    }),
  );
}

function isLoaded(runtimes: readonly RuntimeVerdict[], runtime: PlanRuntime): boolean {
  return verdictOf(runtimes, plannedRuntime(runtime))?.loads !== false;
}

function printPlan(plan: LoadPlan, { stdout }: CommandContext): void {
  for (const { path, role, sizeBytes } of plan.reads) {
    stdout.write(`opens   ${role.padEnd(9)} ${printable(path)}  ${formatBytes(sizeBytes)}\n`);
  }
  for (const { path, sizeBytes } of plan.unused) {
    stdout.write(`never             ${printable(path)}  ${formatBytes(sizeBytes)}\n`);
  }
  for (const { path, detail } of plan.missing) {
    stdout.write(`missing           ${printable(path)}: ${printable(detail)}\n`);
  }
  const weights = plan.reads.filter(({ role }) => role === "weights").length;
  const order =
    plan.isWeightOrderDefined || weights < 2 ? "" : "; weight files in the order of the disk";
  const end =
    plan.stopsAt === undefined
      ? ""
      : `; the load stops at ${printable(plan.stopsAt.path)}: ${printable(plan.stopsAt.detail)}`;
  stdout.write(
    `${plan.runtime} opens ${plan.reads.length} files, and never ${formatBytes(plan.reclaimableBytes)} of ${plan.unused.length} others${order}${end}\n`,
  );
}
