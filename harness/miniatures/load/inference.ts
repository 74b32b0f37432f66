import type { Environment, ProgramStarter } from "../../../spec/mod.ts";
import { asFailure } from "../../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "../miniature.ts";
import { readingConfig } from "../parts/altered_reads.ts";
import { emptyResult } from "../parts/failures.ts";

/** A thousand times more than any limit that a scenario sets, and less than a clock may run. */
const LONG_MS = 10_000_000;

/** Miniatures that misuse a runner or a runtime; without the profile `inference` they are correct. */
export const inferenceMiniatures: readonly Miniature[] = [
  miniature("plans_every_file", {
    mistake: "Plans that every runtime opens every weight file, as only the oldest one does.",
    breaks: ["LOAD-PLAN"],
    wrapManager: (manager) => {
      const { plan } = manager;
      if (plan === undefined) return {};
      return {
        plan: async (request) => ({
          ...(await plan.call(manager, { ...request, runtime: "mlx-swift-lm-3.31.4" })),
          runtime: request.runtime,
        }),
      };
    },
  }),
  miniature("plans_past_the_end", {
    mistake: "Plans as if every load came to its end.",
    breaks: ["LOAD-PLAN"],
    wrapManager: (manager) => {
      const { plan } = manager;
      if (plan === undefined) return {};
      return {
        plan: async (request) => ({ ...(await plan.call(manager, request)), stopsAt: undefined }),
      };
    },
  }),
  miniature("generates_other_tokens", {
    mistake: "Answers with a token beside the most likely one.",
    breaks: ["LOAD-TOKENS"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: async (request, options) => {
          const made = await generate.call(manager, request, options);
          // A runner that is named is not the one whose numbers are wrong.
          if (Array.isArray(request.runner)) return made;
          return { ...made, tokens: made.tokens.map((token) => ({ ...token, id: token.id ^ 1 })) };
        },
      };
    },
  }),
  miniature("rotates_whole_heads", {
    mistake: "Reads no partial_rotary_factor, and rotates all numbers of a head.",
    breaks: ["LOAD-TOKENS"],
    shownBy: ["load/tokens_of_phi3"],
    wrapStart: (start, { host, config }) => {
      const files = readingConfig(host.files, (text) =>
        // The numbers as they are written, of which one is as long as the other.
        text.replace(/("partial_rotary_factor": ?)0\.5/, "$11.0"),
      );
      const other = start({ ...host, files }, config);
      const generate = other.generate?.bind(other);
      return withMethods(start(host, config), generate === undefined ? {} : { generate });
    },
  }),
  miniature("adds_threads_wrongly", {
    mistake: "Computes other tokens as soon as more than one thread computes.",
    breaks: ["LOAD-TOKENS"],
    shownBy: ["load/divided_work"],
    wrapManager: (manager, { host }) => {
      const { generate } = manager;
      if (generate === undefined || (host.compute?.threads ?? 1) === 1) return {};
      return {
        generate: async (request, options) => {
          const made = await generate.call(manager, request, options);
          return { ...made, tokens: made.tokens.map((token) => ({ ...token, id: token.id ^ 1 })) };
        },
      };
    },
  }),
  miniature("waits_for_ever", {
    mistake: "Waits for a runner as if there were no time limit.",
    breaks: ["LOAD-RUNNER"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      const endless = { startMs: LONG_MS, loadMs: LONG_MS, tokenMs: LONG_MS };
      return {
        generate: (request, options) => {
          const limits = { ...request.limits, ...endless };
          return generate.call(manager, { ...request, limits }, options);
        },
      };
    },
  }),
  miniature("ends_with_what_never_came", {
    mistake: "Takes the end of an answer at its word, whatever tokens came before it.",
    breaks: ["LOAD-RUNNER"],
    shownBy: ["load/runner_messages"],
    wrapHost: ({ programs }) => (programs === undefined ? {} : { programs: agreeing(programs) }),
  }),
  miniature("leaves_runners_behind", {
    mistake: "Never kills a runner.",
    breaks: ["LOAD-RUNNER"],
    wrapHost: ({ programs }) => (programs === undefined ? {} : { programs: unkillable(programs) }),
  }),
  miniature("hands_on_the_environment", {
    mistake: "Starts a runner with all that the user's environment holds.",
    breaks: ["LOAD-SECRET"],
    wrapHost: ({ programs }, { config }) =>
      programs === undefined
        ? {}
        : { programs: spawning(programs, (env) => ({ ...config.env, ...env })) },
  }),
  miniature("asks_for_one_less", {
    mistake: "Asks a runner for one token less, as it has counted the prompt's last.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/runner_calls"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: (request, options) => {
          const { maxTokens, runner, stopAtEnd, prompt } = request;
          // Only where the end of the text ends the answer, which nobody else counts.
          const isOne = Array.isArray(runner) && (stopAtEnd ?? typeof prompt === "string");
          const own = { ...request, maxTokens: isOne ? maxTokens - 1 : maxTokens };
          return generate.call(manager, own, options);
        },
      };
    },
  }),
  miniature("starts_before_checking", {
    mistake: "Starts the runner while the model is still being checked, to save time.",
    breaks: ["LOAD-CHECKED"],
    wrapManager: (manager, { host, config }) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: async (request, options) => {
          const { loadable } = await manager.check(request);
          const { runner } = request;
          if (!loadable && Array.isArray(runner)) {
            const early = await host.programs?.spawn(runner, { env: config.env });
            early?.kill();
          }
          return generate.call(manager, request, options);
        },
      };
    },
  }),
  miniature("trusts_the_runtime", {
    mistake: "Accepts what an MLX runtime downloaded without verifying it.",
    breaks: ["DL-DELEGATED"],
    wrapManager: (manager, { config }) => {
      const { downloadDelegated } = manager;
      if (downloadDelegated === undefined) return {};
      return {
        downloadDelegated: async (request, options) => {
          try {
            return await downloadDelegated.call(manager, request, options);
          } catch (error) {
            if (asFailure(error)?.code !== "integrity") throw error;
            return emptyResult(config.root);
          }
        },
      };
    },
  }),
];

/** Programs that are started with what is made of their environment. */
function spawning(
  programs: ProgramStarter,
  change: (env: Environment) => Environment,
): ProgramStarter {
  return {
    platform: programs.platform,
    processor: programs.processor,
    node: programs.node,
    spawn: (command, options) => programs.spawn(command, { ...options, env: change(options.env) }),
  };
}

function unkillable(programs: ProgramStarter): ProgramStarter {
  return {
    platform: programs.platform,
    processor: programs.processor,
    node: programs.node,
    spawn: async (command, options) => ({
      ...(await programs.spawn(command, options)),
      kill: () => {},
    }),
  };
}

/** Programs whose answers end with the tokens that came, if they are as many as they name. */
function agreeing(programs: ProgramStarter): ProgramStarter {
  return {
    platform: programs.platform,
    processor: programs.processor,
    node: programs.node,
    spawn: async (command, options) => {
      const child = await programs.spawn(command, options);
      return { ...child, stdout: agreed(child.stdout) };
    },
  };
}

async function* agreed(output: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const came: unknown[] = [];
  for await (const chunk of output) {
    const text = Buffer.from(chunk).toString();
    const token = /"event":"token".*"token":(\d+)/.exec(text)?.[1];
    if (token !== undefined) came.push(token);
    const named = /"tokens":\[([\d,]+)\]/.exec(text);
    const isSameNumber = named?.[1]?.split(",").length === came.length;
    yield named !== null && isSameNumber
      ? Buffer.from(text.replace(named[0], `"tokens":[${came.join()}]`))
      : chunk;
  }
}
