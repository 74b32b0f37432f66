import type {
  Clock,
  ComputeLimits,
  Environment,
  GenerateRequest,
  RunnerLimits,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { findRunner, type FindRunnerOptions, type FoundRunner } from "./find_runner.ts";
import { ReferenceSession } from "./reference_session.ts";
import { RunnerClient } from "./runner_client.ts";
import type { RunnerSession } from "./runner_session.ts";

/** What a session is opened with. */
export interface OpenSessionOptions extends FindRunnerOptions {
  readonly clock: Clock;
  readonly limits?: Partial<RunnerLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Variables that are set beside those of the environment. */
  readonly extraEnv?: Environment;
  /** For the reference inside this process. */
  readonly compute?: ComputeLimits | undefined;
}

/** Names of variables that hold secrets. */
const SECRET_NAME_REGEXP =
  /TOKEN(?!IZERS)|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|_AUTH$/i;

/** A runner reads files of the disk and needs no secret, unless it is told one: `LOAD-RUNNER`. */
export function withoutSecrets(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_NAME_REGEXP.test(name)));
}

/** A session, and which runner it is. */
export interface OpenedSession {
  readonly session: RunnerSession;
  readonly found: FoundRunner;
}

/**
 * Finds a runner and starts it: a child process wherever programs may be started, else the reference in this one.
 *
 * @throws {ModelError} with a code `runner-…`
 */
export async function openSession(
  wanted: GenerateRequest["runner"],
  options: OpenSessionOptions,
): Promise<OpenedSession> {
  const found = await findRunner(wanted ?? "auto", options);
  if (found.command === undefined) {
    return { session: new ReferenceSession(options.files, options.compute), found };
  }
  return { session: await startClient(found, options), found };
}

/** As {@linkcode openSession}, for what only a child process does. */
export async function startClient(
  found: FoundRunner,
  options: OpenSessionOptions,
): Promise<RunnerClient> {
  const { programs, clock, env, extraEnv, limits, signal } = options;
  const { command } = found;
  if (programs === undefined || command === undefined) {
    throw new ModelError(
      "runner-unavailable",
      "Cannot start a runner: this host starts no programs",
    );
  }
  return await RunnerClient.start(command, {
    programs,
    clock,
    env: { ...withoutSecrets(env), ...extraEnv },
    limits,
    signal,
  });
}
