import { join, resolve } from "node:path";
import type { Environment, Host, WaitOptions, SubjectConfig } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { HubEnvironment } from "../hub/environment.ts";
import { readHubSettings } from "../hub/hub_settings.ts";
import { expandHome } from "../layout/expand_home.ts";
import type { CliManager, CliEnvironment } from "./cli_environment.ts";
import { EXIT_CODES, type ExitCode } from "./exit_code.ts";
import { reportFailure, type ReportFailureOptions } from "./output/report_failure.ts";
import { waitingLine } from "./output/waiting_line.ts";
import { readRoots } from "./known_roots.ts";
import type { Output } from "./text_output.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly root?: string;
  readonly json?: boolean;
  readonly token?: string;
  /** Whether the root is the hub's own cache, where the official client has it. */
  readonly intoCache?: boolean;
}

/** What one command works with. */
export interface CommandContext {
  readonly manager: CliManager;
  /** Absolute path of the directory of the models. */
  readonly root: string;
  /** The root of a command without `--root`. */
  readonly defaultRoot: string;
  readonly env: Environment;
  readonly host: Host;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly isTerminal: boolean;
  /** Asks a question that is answered by yes or no; undefined where nobody can be asked. */
  readonly ask: CliEnvironment["ask"];
  /** Listens for requests of other machines. */
  readonly listen: CliEnvironment["listen"];
  readonly wait: WaitOptions;
}

/** One run of the command line: it carries the exit code out of commander's callbacks. */
export class Session {
  readonly #environment: CliEnvironment;
  exitCode: ExitCode = EXIT_CODES.done;

  constructor(environment: CliEnvironment) {
    this.#environment = environment;
  }

  /**
   * Runs a command and turns its failure into a message and an exit code.
   *
   * @param action what the command does; it returns the exit code
   * @param words `afterInterruption`: what became of its work when it was interrupted
   */
  async run(
    options: CommonOptions,
    action: (context: CommandContext) => Promise<ExitCode>,
    words: Pick<ReportFailureOptions, "afterInterruption"> = {},
  ): Promise<void> {
    const environment = this.#environment;
    const { env } = environment.config;
    const opened = await environment.openHost();
    const stored = await storedToken(opened, env);
    const secrets = [options.token, env["HF_TOKEN"], env["HUGGING_FACE_HUB_TOKEN"], stored];
    const stdout = secretOutput(environment.stdout, secrets);
    const stderr = secretOutput(environment.stderr, secrets);
    try {
      const root =
        options.intoCache === true
          ? officialCache(env)
          : modelRoot(options.root, environment.config);
      const added = await readRoots(opened.files, env);
      const config: SubjectConfig = {
        ...added.find((one) => one.root === root),
        root,
        env,
        roots: added.filter((one) => one.root !== root),
      };
      const host: Host = {
        ...opened,
        onWait: (holder) => stderr.write(waitingLine(holder)),
      };
      this.exitCode = await action({
        manager: await environment.createManager(host, config),
        root,
        defaultRoot: modelRoot(undefined, {
          ...environment.config,
          root: environment.config.root || root,
        }),
        env,
        ask: environment.ask,
        listen: environment.listen,
        host: opened,
        stdout,
        stderr,
        isTerminal: environment.isTerminal,
        wait: { signal: environment.signal },
      });
    } catch (error) {
      this.exitCode = reportFailure(error, {
        stdout,
        stderr,
        json: options.json === true,
        signal: environment.signal,
        ...words,
      });
    }
  }
}

/** A shorter text would be found by accident. */
const SECRET_LENGTH_MIN = 6;

/**
 * Wraps an output so that no secret passes it: `HUB-TOKEN-SECRET`.
 *
 * Nothing is expected to print one; this is the last line of defence.
 */
export function secretOutput(output: Output, secrets: readonly (string | undefined)[]): Output {
  const hidden = secrets.filter(
    (secret): secret is string => secret !== undefined && secret.length >= SECRET_LENGTH_MIN,
  );
  return {
    write: (text) =>
      output.write(hidden.reduce((safe, secret) => safe.replaceAll(secret, "[token]"), text)),
    get columns() {
      return output.columns;
    },
    paint: output.paint,
  };
}

/** The token of the official login, so that it is not printed; what keeps it from being read is said where it is needed. */
async function storedToken(host: Host, env: Environment): Promise<string | undefined> {
  try {
    const { token } = await readHubSettings(host.files, env);
    return token;
  } catch {
    return undefined;
  }
}

/** The hub's own cache, where the official client has it. @throws {ModelError} `invalid-argument` without a home directory */
function officialCache(env: Environment): string {
  const { cacheDirectory, home } = new HubEnvironment(env);
  const directory = cacheDirectory ?? (home && join(home, "hub"));
  if (directory !== undefined) return resolve(directory);
  throw new ModelError(
    "invalid-argument",
    "Cannot find the hub's cache: this user has no home directory; set HF_HOME, or give --root and --layout hf-cache",
  );
}

/**
 * Chooses the directory of the models: the option, else `MLX_LAYOUT_ROOT`, else the place's own root.
 *
 * A leading `~` is the home directory, also where no shell has replaced it (`--root=~/Models`).
 *
 * @param option the value of `--root`
 * @returns an absolute path
 */
export function modelRoot(option: string | undefined, config: SubjectConfig): string {
  // A variable that is empty counts as not set: `HUB-ENV-EMPTY`.
  const chosen = option ?? (config.env["MLX_LAYOUT_ROOT"] || config.root);
  if (chosen === "") {
    throw new ModelError(
      "invalid-argument",
      "Cannot find the models: this user has no home directory; give --root or set MLX_LAYOUT_ROOT",
    );
  }
  return resolve(expandHome(chosen, config.env));
}
