/**
 * `mlx-conform bench`: measurements, and comparisons with real MLX.
 *
 * @module
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { seedOption } from "../commands/command_defaults.ts";
import { addCommandHelp } from "../commands/command_help.ts";
import type { ConformContext } from "../commands/conform_context.ts";
import { parsePositiveInteger } from "../commands/option_parsers.ts";
import type { BenchCheckOptions } from "./bench_check.ts";
import type { BenchDownloadsOptions } from "./bench_downloads.ts";
import type { CompareInferenceOptions } from "./compare_inference.ts";
import { TOLERANCE } from "./inference_tolerance.ts";

const MEASURED = ["conformant", "usage", "harness failed"] as const;
const COMPARED = ["conformant", "not conformant", "usage", "harness failed"] as const;

interface RoundsOptions {
  readonly rounds: number;
}

/** Adds the command and those below it. */
export function addBenchCommand(program: Command, context: ConformContext): void {
  const group = program
    .command("bench")
    .description("Measure the reference, or compare it with real MLX.");
  addCommandHelp(group, {
    examples: ["bench download", "bench inference --rounds 3"],
    exitCodes: [...COMPARED, "incomplete"],
  });
  addMeasurements(group, context);
  addComparisons(group, context);
}

function parseMargin(text: string): number {
  const margin = Number(text);
  if (text.trim() !== "" && margin > 0 && margin <= 1) return margin;
  throw new InvalidArgumentError("Expected a difference of logits, more than 0 and at most 1.");
}

function roundsOption(): Option {
  return new Option("--rounds <count>", "rounds, of which the medians are shown")
    .argParser(parsePositiveInteger)
    .default(3);
}

function addMeasurements(group: Command, context: ConformContext): void {
  const download = group
    .command("download")
    .description("Measure downloads beside other clients, from a hub on loopback, near and far.")
    .addOption(roundsOption())
    .option("--only <text>", "measure only what has this text in its name")
    .option("--alone", "measure no other clients")
    .option("--baseline <file>", "name what is slower than in this file; it is made if not there")
    .action(async (options: BenchDownloadsOptions) => {
      const { benchDownloads } = await import("./bench_downloads.ts");
      const isAsFast = await benchDownloads(options, context);
      context.finish(isAsFast ? EXIT_CODES.conformant : EXIT_CODES["not conformant"]);
    });
  addCommandHelp(download, {
    examples: [
      "bench download --rounds 1",
      'bench download --only "far away"',
      "bench download --baseline baseline.json",
    ],
    notes: [
      "With --baseline the exit code is 1 where the reference takes over a tenth more than then, as a multiple of what another client takes.",
      "curl with openssl, aria2c and huggingface_hub (of MLX_LAYOUT_PYTHON, else python3) are measured where they are installed.",
    ],
    exitCodes: COMPARED,
  });
  const crash = group
    .command("crash")
    .description("Measure how many disks that a crash left are judged in a second.")
    .option("--states <count>", "most states that are asked about", parsePositiveInteger, 400)
    .action(async ({ states }: { readonly states: number }) => {
      const { benchCrashes } = await import("./bench_crashes.ts");
      await benchCrashes(states, context);
      context.finish(EXIT_CODES.conformant);
    });
  addCommandHelp(crash, { examples: ["bench crash"], exitCodes: MEASURED });
  const check = group
    .command("check")
    .description("Measure check and verify of a downloaded model beside openssl.")
    .addOption(roundsOption())
    .option(
      "--hidden <size>",
      "size of the model's rows; 4096 has 1.5 GiB",
      parsePositiveInteger,
      4096,
    )
    .action(async (options: BenchCheckOptions) => {
      const { benchCheck } = await import("./bench_check.ts");
      await benchCheck(options, context);
      context.finish(EXIT_CODES.conformant);
    });
  addCommandHelp(check, { examples: ["bench check --hidden 512 --rounds 1"], exitCodes: MEASURED });
  const inference = group
    .command("inference")
    .description("Measure inference, compiled, beside MLX's build for processors.")
    .addOption(roundsOption())
    .action(async ({ rounds }: RoundsOptions) => {
      const { benchCompiledInference } = await import("./bench_compiled_inference.ts");
      context.finish(await benchCompiledInference(rounds));
    });
  addCommandHelp(inference, {
    examples: ["bench inference --rounds 5"],
    notes: [
      "From a clone it compiles first. Without MLX for Python the reference is measured alone.",
    ],
    exitCodes: MEASURED,
  });
}

function addComparisons(group: Command, context: ConformContext): void {
  const compare = group
    .command("compare")
    .description("Compare tokens and logits with MLX, step by step, on generated models.")
    .option("--models <count>", "generated models", parsePositiveInteger, 200)
    .option("--tokens <count>", "tokens to generate of each", parsePositiveInteger, 12)
    .option("--float32", "models whose weights are in float32, and no others", false)
    .option("--metal", "fail unless MLX computes on Metal", false)
    .option("--margin <logits>", "how far float32 may lie apart", parseMargin, TOLERANCE)
    .addOption(seedOption(context.random))
    .action(async (options: CompareInferenceOptions) => {
      const { compareInference } = await import("./compare_inference.ts");
      context.finish(await compareInference(options, context));
    });
  addCommandHelp(compare, {
    examples: ["bench compare --models 20", "bench compare --float32 --metal --margin 0.002"],
    notes: ["It needs a Python with mlx-lm: mlx-conform subjects mlx, or MLX_LAYOUT_PYTHON."],
    exitCodes: [...COMPARED, "incomplete"],
  });
  const damages = group
    .command("damages")
    .description("Show what the check and MLX make of each damaged model, as a Markdown table.")
    .action(async () => {
      const { damageTable } = await import("./damage_table.ts");
      context.finish(await damageTable(context));
    });
  addCommandHelp(damages, {
    examples: ["bench damages"],
    notes: ["It needs a Python with mlx-lm: mlx-conform subjects mlx, or MLX_LAYOUT_PYTHON."],
    exitCodes: COMPARED,
  });
  const runners = group
    .command("runners")
    .description("Download a real model, and compare the installed runners with the reference.")
    .argument("<model>", "ORG/NAME on the real hub")
    .argument("[revision]", "branch, tag or commit", "main")
    .action(async (model: string, revision: string) => {
      const { compareRunners } = await import("./compare_runners.ts");
      context.finish(await compareRunners(model, revision, context));
    });
  addCommandHelp(runners, {
    examples: ["bench runners mlx-community/SmolLM-135M-Instruct-4bit"],
    exitCodes: COMPARED,
  });
}
