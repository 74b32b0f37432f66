import { join } from "node:path";
import type { Generation, LoadPlan, ModelManager, RuntimeVerdict } from "../../../spec/mod.ts";
import { readText } from "../../disk/mod.ts";
import { type Miniature, miniature, type StartedWith } from "../miniature.ts";

/** Miniatures that read one of two names of a thing, or take all that they are told for one answer. */
export const otherNameMiniatures: readonly Miniature[] = [
  miniature("stretches_by_the_newer_name", {
    mistake: "Stretches positions as the newer of two names says, where the older one counts.",
    breaks: ["LOAD-TOKENS"],
    shownBy: ["load/same_tokens"],
    wrapManager: stretchingByNewer,
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
  miniature("takes_what_is_listed_for_whole", {
    mistake: "Judges ahead as if no file of the listing could be empty.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) => {
      const { canLoad } = manager;
      if (canLoad === undefined) return {};
      return {
        canLoad: async (request, options) => {
          const report = await canLoad.call(manager, request, options);
          return { ...report, runtimes: report.runtimes.map(withoutEmpty) };
        },
      };
    },
  }),
  miniature("asks_of_the_main_branch", {
    mistake: "Judges ahead by the main branch, whichever was asked for.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) => {
      const { canLoad } = manager;
      if (canLoad === undefined) return {};
      return {
        canLoad: (request, options) =>
          canLoad.call(manager, { ...request, revision: "main" }, options),
      };
    },
  }),
  miniature("waits_for_a_token_as_for_a_load", {
    mistake: "Gives a runner as long for a token as for a load.",
    breaks: ["LOAD-RUNNER"],
    shownBy: ["load/faulty_runner"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: (request, options) => {
          const { limits } = request;
          if (limits?.loadMs === undefined) return generate.call(manager, request, options);
          const longer = { ...request, limits: { ...limits, tokenMs: limits.loadMs } };
          return generate.call(manager, longer, options);
        },
      };
    },
  }),
  miniature("counts_all_that_is_printed", {
    mistake: "Ends a runner that has printed too much over all of its requests.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/runner_calls"],
    wrapHost: ({ programs }) => {
      if (programs === undefined) return {};
      const { platform, processor, node } = programs;
      return {
        programs: {
          platform,
          processor,
          node,
          spawn: async (command, options) => {
            const child = await programs.spawn(command, options);
            const tooMuch = () => child.kill();
            return { ...child, stderr: counted(child.stderr, tooMuch) };
          },
        },
      };
    },
  }),
];

const QUANTIZATION = "hf_quant_config.json";
const PRINTED_BYTES_MAX = 20_000;

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

function withoutEmpty(verdict: RuntimeVerdict): RuntimeVerdict {
  const why = verdict.why.filter((one) => !one.endsWith("It has 0 bytes"));
  return why.length > 0 ? verdict : { ...verdict, loads: true, why, remedy: undefined };
}

async function* counted(
  output: AsyncIterable<Uint8Array>,
  tooMuch: () => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of output) {
    bytes += piece.length;
    if (bytes > PRINTED_BYTES_MAX) tooMuch();
    yield piece;
  }
}
