import { type Command, Option } from "commander";
import { type CodeTrust, RUNNER_NAMES, type RunnerName } from "../../../spec/mod.ts";
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
import { printable } from "../output/format.ts";
import { positiveInteger } from "../parse_options.ts";
import { type Session } from "../command_context.ts";
import { printJson } from "../output/print_json.ts";

interface RunOptions extends ModelOptions, CodeTrust {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly runner: "auto" | RunnerName;
  readonly raw?: boolean;
}

/** Adds `mlx-layout run`. */
export function addRunCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("run")
      .description("check a model, load it and answer a prompt")
      .argument("<model>", MODEL_ARGUMENT)
      .requiredOption("--prompt <text>", "the prompt")
      .option("--max-tokens <count>", "tokens of the answer, at most", parseTokenCount, 128)
      .addOption(runnerOption())
      .addOption(trustOption())
      .option("--raw", "continue the prompt as it is, without the chat template"),
    "print JSON Lines: one object for each token, and the whole at the end",
  );
  addExamples(command, [
    'run mlx-community/SmolLM-135M-Instruct-4bit --prompt "Why is the sky blue?"',
    'run ./my-model --prompt "Once upon a time" --raw --max-tokens 32',
  ]);
  command.action((model: string, options: RunOptions) =>
    session.run(options, async (context) => {
      const { prompt, maxTokens, runner } = options;
      const { stdout, stderr, manager, wait } = context;
      const isJson = options.json === true;
      const asked = await modelArgument(modelRequest(model, options), context);
      const request = {
        prompt,
        maxTokens,
        runner,
        chat: options.raw !== true,
        ...trustOf(options),
      };
      const made = await manager.run(asked, {
        ...request,
        ...(wait.signal && { signal: wait.signal }),
        onToken: (token) => {
          if (isJson) printJson(stdout, "token", token);
          else stdout.write(printableText(token.text));
        },
      });
      if (isJson) printJson(stdout, "generated", made);
      else {
        stdout.write("\n");
        stderr.write(`${made.runner}, as ${made.why}: ${made.tokens.length} tokens\n`);
      }
      return EXIT_CODES.done;
    }),
  );
}

/** The option that chooses a runner. */
export function runnerOption(): Option {
  return new Option("--runner <runner>", "program that runs the model")
    .choices(["auto", ...RUNNER_NAMES])
    .default("auto");
}

/** Parses a number of tokens. */
export const parseTokenCount = positiveInteger(999_999);

/** A model's answer has lines; anything else that moves a terminal's cursor is escaped. */
function printableText(text: string): string {
  return text
    .split("\n")
    .map((line) => line.split("\t").map(printable).join("\t"))
    .join("\n");
}
