import type { Command } from "commander";
import type { RunnerName } from "../../../spec/mod.ts";
import type { TimedGeneration } from "../../run/generate_text.ts";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { MODEL_ARGUMENT, modelArgument } from "../model_argument.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { parseTokenCount, runnerOption } from "./run.ts";
import { type Session } from "../command_context.ts";
import { printJson } from "../output/print_json.ts";

interface BenchOptions extends ModelOptions {
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly runner: "auto" | RunnerName;
}

/** Adds `mlx-layout bench`. */
export function addBenchCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("bench")
      .description("measure how long a model takes to load and to answer")
      .argument("<model>", MODEL_ARGUMENT)
      .option("--prompt-tokens <count>", "tokens of the prompt", parseTokenCount, 8)
      .option("--max-tokens <count>", "tokens of the answer", parseTokenCount, 16)
      .addOption(runnerOption()),
  );
  addExamples(command, ["bench mlx-community/SmolLM-135M-Instruct-4bit --max-tokens 64"]);
  command.action((model: string, options: BenchOptions) =>
    session.run(options, async (context) => {
      const { maxTokens, promptTokens, runner } = options;
      const { signal } = context.wait;
      const asked = await modelArgument(modelRequest(model, options), context);
      // Ids that every vocabulary has; what they mean changes nothing about the time.
      const prompt = Array.from({ length: promptTokens }, (_, at) => 3 + (at % 200));
      const made = await context.manager.run(asked, {
        prompt,
        maxTokens,
        runner,
        ...(signal && { signal }),
      });
      const figures = figuresOf(made);
      if (options.json === true) printJson(context.stdout, "bench", figures);
      else {
        context.stdout.write(
          `runner          ${made.runner}\n` +
            `start           ${seconds(made.startMs)}\n` +
            `load            ${seconds(made.loadMs)}\n` +
            `first token     ${seconds(made.firstTokenMs)} (${made.promptIds.length} tokens of prompt)\n` +
            `tokens a second ${figures.tokensPerSecond.toFixed(1)} (${made.tokens.length} tokens)\n`,
        );
      }
      return EXIT_CODES.done;
    }),
  );
}

function figuresOf(made: TimedGeneration) {
  const { runner, model, startMs, loadMs, firstTokenMs, restMs, tokens } = made;
  // The first token's time is the prompt's; the rest is what a reader waits for.
  const tokensPerSecond =
    tokens.length < 2 ? 0 : ((tokens.length - 1) * 1000) / Math.max(restMs, 1);
  return {
    runner,
    model,
    startMs,
    loadMs,
    firstTokenMs,
    tokenCount: tokens.length,
    tokensPerSecond,
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
