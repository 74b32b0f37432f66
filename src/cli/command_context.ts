import type { Environment, Host, WaitOptions } from "../../spec/mod.ts";
import type { CliManager, CliEnvironment } from "./cli_environment.ts";
import type { Output } from "./text_output.ts";
import { EXIT_CODES, type ExitCode } from "./exit_code.ts";
import { modelRoot } from "./model_root.ts";
import { reportFailure, type ReportFailureOptions } from "./output/report_failure.ts";
import { secretOutput } from "./output/secret_output.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly root?: string;
  readonly json?: boolean;
  readonly token?: string;
}

/** What one command works with. */
export interface CommandContext {
  readonly manager: CliManager;
  /** Absolute path of the directory of the models. */
  readonly root: string;
  readonly env: Environment;
  readonly host: Host;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly isTerminal: boolean;
  readonly wait: WaitOptions;
}

/** One run of the command line: it carries the exit code out of commander's callbacks. */
export class Session {
  readonly world: CliEnvironment;
  exitCode: ExitCode = EXIT_CODES.done;

  constructor(world: CliEnvironment) {
    this.world = world;
  }

  /**
   * Runs a command and turns its failure into a message and an exit code.
   *
   * @param action what the command does; it answers the exit code
   * @param words `afterInterruption`: what became of its work when it was told to stop
   */
  async run(
    options: CommonOptions,
    action: (scene: CommandContext) => Promise<ExitCode>,
    words: Pick<ReportFailureOptions, "afterInterruption"> = {},
  ): Promise<void> {
    const { world } = this;
    const { env } = world.config;
    const secrets = [options.token, env["HF_TOKEN"], env["HUGGING_FACE_HUB_TOKEN"]];
    const stdout = secretOutput(world.stdout, secrets);
    const stderr = secretOutput(world.stderr, secrets);
    try {
      const root = modelRoot(options.root, world.config);
      this.exitCode = await action({
        manager: world.createManager(world.host, { root, env }),
        root,
        env,
        host: world.host,
        stdout,
        stderr,
        isTerminal: world.isTerminal,
        wait: { signal: world.signal },
      });
    } catch (error) {
      this.exitCode = reportFailure(error, {
        stdout,
        stderr,
        json: options.json === true,
        signal: world.signal,
        ...words,
      });
    }
  }
}

/** Prints a value as one line of JSON. */
export function printJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value)}\n`);
}
