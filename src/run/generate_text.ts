import type {
  CheckReport,
  Clock,
  CodeTrust,
  GenerateOptions,
  GenerateRequest,
  Generation,
  LoadedModel,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { openSession, type OpenSessionOptions } from "./open_session.ts";
import type { RunnerSession } from "./runner_session.ts";

/** A generation, and how long its parts took, in milliseconds. */
export interface TimedGeneration extends Generation {
  /** Why this runner was chosen. */
  readonly why: string;
  /** From the start of the runner to its first message. */
  readonly startMs: number;
  /** From then to the loaded model. */
  readonly loadMs: number;
  /** From the request to the first token. */
  readonly firstTokenMs: number;
  /** From the first token to the last. */
  readonly restMs: number;
}

/** Asks a model that is already found for tokens. */
export type PromptRequest = Omit<GenerateRequest, "repository" | "revision" | "layout">;

/** A runtime must not ask the network for a model that is on the disk. */
const OFFLINE = { HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" };

/** A model that a runner holds, until it is disposed of. */
export interface RunningModel extends AsyncDisposable {
  /** Absolute path of the directory that was loaded. */
  readonly directory: string;
  /** The runner's name and its runtimes' versions. */
  readonly runner: string;
  /** Why this runner was chosen. */
  readonly why: string;
  /** The model as the runner describes it. */
  readonly model: LoadedModel;
  /** How long the runner took to start, in milliseconds. */
  readonly startMs: number;
  /** How long it took to load the model, in milliseconds. */
  readonly loadMs: number;
  /**
   * Continues a prompt greedily.
   *
   * @throws {ModelError} `invalid-argument`, `cancelled`, or a code `runner-…`
   */
  generate(
    request: Omit<PromptRequest, "runner" | "limits" | "trustModelCode">,
    options?: GenerateOptions,
  ): Promise<TimedGeneration>;
}

/**
 * Loads a directory that was checked into a runner; dispose of it to end the runner: `LOAD-RUNNER`.
 *
 * @throws {ModelError} with a code `runner-…`, or `cancelled`
 */
export async function loadModel(
  directory: string,
  options: OpenSessionOptions & CodeTrust & { readonly runner?: GenerateRequest["runner"] },
): Promise<RunningModel> {
  const { clock, signal, trustModelCode } = options;
  const beganMs = clock.now();
  const { session, found } = await openSession(options.runner, { ...options, extraEnv: OFFLINE });
  try {
    const startedMs = clock.now();
    const model = await session.load(directory, { signal, trustModelCode });
    const { name, runtimes } = session.hello;
    const versions = Object.entries(runtimes).map(([of, version]) => `${of} ${version}`);
    const facts = {
      directory,
      runner: versions.length === 0 ? name : `${name} (${versions.join(", ")})`,
      why: found.why,
      model,
      startMs: startedMs - beganMs,
      loadMs: clock.now() - startedMs,
    };
    return {
      ...facts,
      generate: async (request, wait = {}) => ({
        ...facts,
        ...(await generate(session, request, { ...wait, clock })),
      }),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

async function generate(
  session: RunnerSession,
  request: Omit<PromptRequest, "runner" | "limits" | "trustModelCode">,
  options: GenerateOptions & { readonly clock: Clock },
) {
  assertPrompt(request);
  const { clock, signal, onToken } = options;
  const { prompt, maxTokens, topLogits = 0, chat = false } = request;
  const isText = typeof prompt === "string";
  const beganMs = clock.now();
  let firstMs: number | undefined;
  const made = await session.generate(
    {
      ...(isText ? { prompt, chat } : { promptIds: prompt }),
      maxTokens,
      topLogits,
      stopAtEnd: request.stopAtEnd ?? isText,
    },
    {
      signal,
      onToken: (token) => {
        firstMs ??= clock.now();
        onToken?.(token);
      },
    },
  );
  const endMs = clock.now();
  return {
    ...made,
    firstTokenMs: (firstMs ?? endMs) - beganMs,
    restMs: endMs - (firstMs ?? endMs),
  };
}

/**
 * Loads a directory that was checked into a runner, generates, and ends the runner: `LOAD-RUNNER`.
 *
 * @throws {ModelError} with a code `runner-…`, or `cancelled`
 */
export async function generateText(
  directory: string,
  request: PromptRequest,
  options: GenerateOptions & OpenSessionOptions,
): Promise<TimedGeneration> {
  assertPrompt(request);
  const { signal, onToken } = options;
  const { runner, limits, trustModelCode, ...prompt } = request;
  await using running = await loadModel(directory, {
    ...options,
    limits,
    ...(runner && { runner }),
    ...(trustModelCode && { trustModelCode }),
  });
  return await running.generate(prompt, { ...(signal && { signal }), ...(onToken && { onToken }) });
}

/** @throws {ModelError} `invalid-argument` */
function assertPrompt({ prompt, maxTokens }: Pick<PromptRequest, "prompt" | "maxTokens">): void {
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
    throw new ModelError(
      "invalid-argument",
      `Cannot generate ${maxTokens} tokens; ask for 1 or more`,
    );
  }
  const isRight =
    prompt.length > 0 &&
    (typeof prompt === "string" || prompt.every((id) => Number.isSafeInteger(id) && id >= 0));
  if (isRight) return;
  throw new ModelError(
    "invalid-argument",
    "Cannot continue an empty or malformed prompt; give a text or token ids",
  );
}

/** Refuses a directory that a runtime must not open. @throws {ModelError} `corrupt-model` */
export function assertLoadable(report: CheckReport): void {
  if (report.loadable) return;
  const [first, ...others] = report.findings.filter(({ level }) => level === "error");
  const remedy =
    first?.cause === "model-code"
      ? "read that code, and give --trust-model-code if you trust its author"
      : 'run "mlx-layout check" for all of it, and download the model again';
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  throw new ModelError(
    "corrupt-model",
    `Cannot load "${report.directory}": ${first?.path}: ${first?.cause}: ${first?.detail}${more}; ${remedy}`,
    {
      ...(first && { file: first.path, actual: first.cause }),
      expected: "a directory that a runtime may open",
    },
  );
}
