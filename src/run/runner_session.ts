import type { GeneratedToken, LoadedModel } from "../../spec/mod.ts";
import type { RunnerHello, RunnerOperation, RunnerPrompt } from "../../spec/runner_messages.ts";

/** What a runner made of a prompt. */
export interface RunnerGeneration {
  readonly promptIds: readonly number[];
  readonly tokens: readonly GeneratedToken[];
  readonly text: string;
  readonly finish: "limit" | "stop";
}

/** Options of a request to a runner. */
export interface RunnerCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Options of a request to load a model. */
export interface RunnerLoadOptions extends RunnerCallOptions {
  /** Whether code in the directory may be run. @default {false} */
  readonly trustModelCode?: boolean | undefined;
}

/** One runtime that loads and generates: in a child process, or, for the reference, in this one. */
export interface RunnerSession extends AsyncDisposable {
  readonly hello: RunnerHello;
  load(directory: string, options?: RunnerLoadOptions): Promise<LoadedModel>;
  generate(
    prompt: RunnerPrompt,
    options?: RunnerCallOptions & {
      readonly onToken?: ((token: GeneratedToken) => void) | undefined;
    },
  ): Promise<RunnerGeneration>;
  unload(options?: RunnerCallOptions): Promise<void>;
}

/** What the reference runner can do. */
export const REFERENCE_OPERATIONS: readonly RunnerOperation[] = [
  "load",
  "generate",
  "cancel",
  "unload",
];
