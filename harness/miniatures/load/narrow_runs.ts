import { join } from "node:path";
import type {
  GenerateRequest,
  Generation,
  ModelManager,
  ProgramStarter,
} from "../../../spec/mod.ts";
import { readText } from "../../disk/mod.ts";
import { type Miniature, miniature, type StartedWith } from "../miniature.ts";

/** Miniatures that plan, judge ahead and run as most models want it, and not all. */
export const narrowRunMiniatures: readonly Miniature[] = [
  miniature("plans_past_brackets", {
    mistake: "Plans as if mlx-lm found weights in a directory whose path holds brackets.",
    breaks: ["LOAD-PLAN"],
    shownBy: ["load/load_plan"],
    wrapManager: (manager) => {
      const { plan } = manager;
      if (plan === undefined) return {};
      return {
        plan: async (request) => {
          const made = await plan.call(manager, request);
          if (request.runtime !== "mlx-lm" || !made.directory.includes("[")) return made;
          const runtime = "mlx-swift-lm-main";
          return { ...(await plan.call(manager, { ...request, runtime })), runtime: "mlx-lm" };
        },
      };
    },
  }),
  miniature("tells_no_runner_of_trust", {
    mistake: "Runs a model whose code the caller trusts, and does not tell the runner.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/trusted_code"],
    wrapHost: ({ programs }) =>
      programs === undefined
        ? {}
        : { programs: writing(programs, (text) => text.replace(/,"trustModelCode":true/, "")) },
  }),
  miniature("starts_what_it_ran_before", {
    mistake: "Starts the runner at once for a model that it has run before.",
    breaks: ["LOAD-CHECKED"],
    shownBy: ["load/refused_model"],
    wrapManager: startingAtOnce,
  }),
  miniature("knows_one_end", {
    mistake:
      "Ends a text with the first token that the configuration calls an end, and with no other.",
    breaks: ["LOAD-TOKENS"],
    shownBy: ["load/same_tokens"],
    wrapManager: endingWithOne,
  }),
  miniature("joins_the_texts_of_tokens", {
    mistake: "Answers the texts of the tokens as the whole text, whatever the runner said it was.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/runner_calls"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: async (request, options) => {
          const made = await generate.call(manager, request, options);
          return { ...made, text: made.tokens.map(({ text }) => text).join("") };
        },
      };
    },
  }),
  miniature("decodes_piece_by_piece", {
    mistake:
      "Turns what a runner says into text as it comes, also where a piece ends within a character.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/runner_calls"],
    wrapHost: ({ programs }) =>
      programs === undefined
        ? {}
        : {
            programs: {
              ...startedAs(programs),
              spawn: async (command, options) => {
                const child = await programs.spawn(command, options);
                return { ...child, stdout: decoded(child.stdout) };
              },
            },
          },
  }),
  miniature("passes_on_no_empty_settings", {
    mistake: "Starts a runner without the variables that are set to nothing.",
    breaks: ["LOAD-SECRET"],
    shownBy: ["load/runner_calls"],
    wrapHost: ({ programs }) =>
      programs === undefined
        ? {}
        : {
            programs: {
              ...startedAs(programs),
              spawn: (command, options) => {
                const set = Object.entries(options.env).filter(([, value]) => value !== "");
                return programs.spawn(command, { ...options, env: Object.fromEntries(set) });
              },
            },
          },
  }),
  miniature("leaves_what_was_asked_nothing", {
    mistake:
      "Does not end a runner when the call is cancelled before the runner was asked anything.",
    breaks: ["LOAD-RUNNER"],
    shownBy: ["load/runner_calls"],
    wrapHost: ({ programs }) =>
      programs === undefined
        ? {}
        : {
            programs: {
              ...startedAs(programs),
              spawn: async (command, options) => {
                const child = await programs.spawn(command, options);
                let isAsked = false;
                const write = (text: string) => {
                  isAsked = true;
                  return child.write(text);
                };
                return { ...child, write, kill: () => isAsked && child.kill() };
              },
            },
          },
  }),
  miniature("judges_what_is_left_out", {
    mistake: "Judges ahead by all files of the repository, also by those that are not downloaded.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) => {
      const { canLoad } = manager;
      if (canLoad === undefined) return {};
      return {
        canLoad: (request, options) => canLoad.call(manager, { ...request, exclude: [] }, options),
      };
    },
  }),
  miniature("reads_no_packing_file_ahead", {
    mistake:
      "Does not ask before a download whether a file beside the configuration says how the weights are packed.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) => {
      const { canLoad } = manager;
      if (canLoad === undefined) return {};
      return {
        canLoad: async (request, options) => {
          const report = await canLoad.call(manager, request, options);
          const isBeside = report.runtimes.some(({ why }) =>
            why.join().includes("hf_quant_config"),
          );
          if (!isBeside) return report;
          const no = { loads: false, why: ["it has surplus tensors"], remedy: undefined };
          return { ...report, runtimes: report.runtimes.map((one) => ({ ...one, ...no })) };
        },
      };
    },
  }),
];

function startingAtOnce(
  manager: ModelManager,
  { host, config }: StartedWith,
): Partial<ModelManager> {
  const { generate } = manager;
  if (generate === undefined) return {};
  const known = new Set<string>();
  return {
    generate: async (request, options) => {
      const { repository, runner } = request;
      if (known.has(repository) && Array.isArray(runner)) {
        const early = await host.programs?.spawn(runner, { env: config.env });
        early?.kill();
      }
      const made = await generate.call(manager, request, options);
      known.add(repository);
      return made;
    },
  };
}

function endingWithOne(manager: ModelManager, { host }: StartedWith): Partial<ModelManager> {
  const { generate } = manager;
  if (generate === undefined) return {};
  return {
    generate: async (request: GenerateRequest, options): Promise<Generation> => {
      if (request.stopAtEnd !== true || Array.isArray(request.runner))
        return await generate.call(manager, request, options);
      const made = await generate.call(manager, { ...request, stopAtEnd: false }, options);
      const text = (await readText(host.files, join(made.directory, "config.json"))) ?? "";
      const first = Number(/"eos_token_id": ?\[?\s*(\d+)/.exec(text)?.[1] ?? -1);
      const at = made.tokens.findIndex(({ id }) => id === first);
      return at === -1 ? made : { ...made, tokens: made.tokens.slice(0, at + 1), finish: "stop" };
    },
  };
}

async function* decoded(output: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of output) yield Buffer.from(new TextDecoder().decode(piece));
}

/** Programs that get what is made of what is written to them. */
function writing(programs: ProgramStarter, change: (text: string) => string): ProgramStarter {
  return {
    ...startedAs(programs),
    spawn: async (command, options) => {
      const child = await programs.spawn(command, options);
      return { ...child, write: (text) => child.write(change(text)) };
    },
  };
}

/** What is known of programs before one is started. */
function startedAs({ platform, processor, node }: ProgramStarter) {
  return { platform, processor, node };
}
