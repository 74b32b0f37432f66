import { Command, CommanderError } from "commander";
import { addExamples } from "./add_examples.ts";
import { printableAddress } from "../hub/credentials.ts";
import type { CliEnvironment } from "./cli_environment.ts";
import { EXIT_CODES, type ExitCode } from "./exit_code.ts";
import { Session } from "./command_context.ts";
import { loadCommands } from "./load_commands.ts";

const EXAMPLES = [
  "download mlx-community/SmolLM-135M-Instruct-4bit",
  "list",
  'run mlx-community/SmolLM-135M-Instruct-4bit --prompt "Why is the sky blue?"',
];

const NOTES = `
Models are kept below --root, else MLX_LAYOUT_ROOT, else ~/Documents/Models.
HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and proxies work as in the official client.
Exit codes: 0 done, 1 failed, 2 usage error, 130 interrupted (retry the command to continue).`;

/**
 * Runs the command `mlx-layout`.
 *
 * @param args arguments behind the program's name
 * @returns the exit code; failures of the command have been reported by then
 */
export async function runCli(
  args: readonly string[],
  environment: CliEnvironment,
): Promise<ExitCode> {
  const session = new Session(environment);
  const program = new Command("mlx-layout")
    .description("Download MLX models to where MLX looks for them, and check that they are intact.")
    .version(environment.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
      outputError: (text, write) => write(withoutSecrets(text, args)),
    });
  addExamples(program, EXAMPLES).addHelpText("after", NOTES);
  for (const addCommand of await loadCommands(args[0])) addCommand(program, session);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version that were asked for are no errors; commander has printed either.
    return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  }
  return session.exitCode;
}

/** What commander says of a misuse repeats arguments: an address may hold a password, and a misspelt option a token. */
function withoutSecrets(text: string, args: readonly string[]): string {
  return args.reduce((safe, arg) => {
    const equals = arg.startsWith("-") ? arg.indexOf("=") : -1;
    const value = arg.slice(equals + 1);
    if (equals !== -1 && !value.includes("@")) return safe.replaceAll(arg, arg.slice(0, equals));
    return value.includes("@") ? safe.replaceAll(value, printableAddress(value)) : safe;
  }, text);
}
