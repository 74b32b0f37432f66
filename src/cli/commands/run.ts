import { type Command, InvalidArgumentError, Option } from "commander";
import { RUNNER_NAMES, type RunnerName } from "../../../spec/mod.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { MODEL_ARGUMENT, modelArgument } from "../model_argument.ts";
import { layoutOption, type ModelOptions, modelRequest, revisionOption } from "../model_options.ts";
import { printable } from "../output/format.ts";
import { printJson, type Session } from "../command_context.ts";

interface RunOptions extends ModelOptions {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly runner: "auto" | RunnerName;
  readonly raw?: boolean;
}

/** Adds `mlx-layout run`. */
export function addRunCommand(program: Command, session: Session): void {
  program
    .command("run")
    .description("check a model, load it and let it answer")
    .argument("<model>", MODEL_ARGUMENT)
    .requiredOption("--prompt <text>", "what to say to it")
    .option("--max-tokens <count>", "the most tokens of its answer", parseTokenCount, 128)
    .addOption(runnerOption())
    .option("--raw", "continue the text as it is, without the chat template")
    .option("--root <directory>", "directory of the models")
    .addOption(layoutOption())
    .addOption(revisionOption())
    .option("--json", "print JSON Lines: one for each token, and the whole at the end")
    .action((model: string, options: RunOptions) =>
      session.run(options, async (scene) => {
        const { prompt, maxTokens, runner } = options;
        const { stdout, stderr, manager, wait } = scene;
        const isJson = options.json === true;
        const asked = await modelArgument(modelRequest(model, options), scene, {
          env: session.world.config.env,
        });
        const request = { prompt, maxTokens, runner, chat: options.raw !== true };
        const made = await manager.run(asked, {
          ...request,
          ...(wait.signal && { signal: wait.signal }),
          onToken: (token) => {
            if (isJson) printJson(stdout, { event: "token", ...token });
            else stdout.write(printableText(token.text));
          },
        });
        if (isJson) printJson(stdout, { event: "generated", ...made });
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
  return new Option("--runner <runner>", "who runs it")
    .choices(["auto", ...RUNNER_NAMES])
    .default("auto");
}

/** @throws {InvalidArgumentError} which commander shows as a misuse */
export function parseTokenCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 to 999999.");
}

/** A model's answer has lines; anything else that moves a terminal's cursor is shown as what it is. */
function printableText(text: string): string {
  return text
    .split("\n")
    .map((line) => line.split("\t").map(printable).join("\t"))
    .join("\n");
}
