import { join } from "node:path";
import type { GenerateRequest, Generation, LoadPlan, ModelManager } from "../../../spec/mod.ts";
import { readText } from "../../disk/mod.ts";
import { type Miniature, miniature, type StartedWith } from "../miniature.ts";

const QUANTIZATION = "hf_quant_config.json";

/** Miniatures that plan and run as most models want it, and not all. */
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
  miniature("keeps_the_logits", {
    mistake: "Gives tokens of its own runner without the logits that were asked for with them.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/same_tokens"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: async (request, options) => {
          const made = await generate.call(manager, request, options);
          if (Array.isArray(request.runner)) return made;
          return { ...made, tokens: made.tokens.map(({ id, text }) => ({ id, text })) };
        },
      };
    },
  }),
  miniature("stretches_by_the_newer_name", {
    mistake: "Stretches positions as the newer of two names says, where the older one counts.",
    breaks: ["LOAD-TOKENS"],
    shownBy: ["load/same_tokens"],
    wrapManager: stretchingByNewer,
  }),
  miniature("plans_past_an_index_without_a_map", {
    mistake: "Plans for Swift as if an index that maps no names to files were none.",
    breaks: ["LOAD-PLAN"],
    shownBy: ["load/load_plan"],
    wrapManager: (manager) =>
      planning(manager, (made) =>
        made.runtime.startsWith("mlx-swift") && made.stopsAt?.path.endsWith(".index.json") === true
          ? { ...made, stopsAt: undefined }
          : made,
      ),
  }),
  miniature("plans_without_asking_for_trust", {
    mistake: "Plans as if the caller never trusted code that comes with a model.",
    breaks: ["LOAD-PLAN"],
    shownBy: ["load/load_plan"],
    wrapManager: (manager) => {
      const { plan } = manager;
      if (plan === undefined) return {};
      return { plan: (request) => plan.call(manager, { ...request, trustModelCode: false }) };
    },
  }),
  miniature("asks_one_block_of_packing", {
    mistake:
      "Takes one of the two blocks of a configuration for the one that keeps mlx-lm from looking for another file.",
    breaks: ["LOAD-PLAN"],
    shownBy: ["load/load_plan"],
    wrapManager: (manager, { host: { files } }) => {
      const { plan } = manager;
      if (plan === undefined) return {};
      return {
        plan: async (request) => {
          const made = await plan.call(manager, request);
          const text = (await readText(files, join(made.directory, "config.json"))) ?? "";
          const isOne = text.includes('"quantization"') && !text.includes('"quantization_config"');
          return request.runtime === "mlx-lm" && isOne ? unopened(made, QUANTIZATION) : made;
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

function stretchingByNewer(
  manager: ModelManager,
  { host: { files } }: StartedWith,
): Partial<ModelManager> {
  const { generate } = manager;
  if (generate === undefined) return {};
  return {
    generate: async (request, options): Promise<Generation> => {
      const made = await generate.call(manager, request, options);
      const text = (await readText(files, join(made.directory, "config.json"))) ?? "";
      if (!/"rope_scaling": ?\{\s*"type": ?"default",\s*"rope_type"/.test(text)) return made;
      return { ...made, tokens: made.tokens.map((token) => ({ ...token, id: token.id ^ 1 })) };
    },
  };
}

/** Makes plans that are changed afterwards. */
function planning(
  manager: ModelManager,
  change: (made: LoadPlan) => LoadPlan,
): Partial<ModelManager> {
  const { plan } = manager;
  if (plan === undefined) return {};
  return { plan: async (request) => change(await plan.call(manager, request)) };
}

/** A plan that takes a file for one that is never opened. */
function unopened(plan: LoadPlan, path: string): LoadPlan {
  const file = plan.reads.find((one) => one.path === path);
  if (file === undefined) return plan;
  const { sizeBytes } = file;
  return {
    ...plan,
    reads: plan.reads.filter((one) => one !== file),
    unused: [...plan.unused, { path, sizeBytes }],
    reclaimableBytes: plan.reclaimableBytes + sizeBytes,
  };
}
