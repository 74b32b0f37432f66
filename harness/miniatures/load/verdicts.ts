import type {
  DownloadRequest,
  HttpResponse,
  ModelManager,
  RuntimeVerdict,
  Subject,
} from "../../../spec/mod.ts";
import { type Miniature, miniature, type StartedWith, withMethods } from "../miniature.ts";
import { ActiveCalls } from "../parts/active_calls.ts";
import { readBody, transferInVain } from "../parts/hub_exchanges.ts";

type Change = (verdicts: readonly RuntimeVerdict[]) => RuntimeVerdict[];

const YES = { loads: true, why: [], remedy: undefined };
const isAboutType = (text: string) => text.includes("architecture");

/** Miniatures that say which runtimes load a model, and are wrong, or know it too late. */
export const verdictMiniatures: readonly Miniature[] = [
  miniature("one_answer_for_all_runtimes", {
    mistake: "Says of every runtime that it loads a model which one of them loads.",
    breaks: ["LOAD-VERDICT"],
    wrapManager: (manager) =>
      everywhere(manager, (verdicts) =>
        verdicts.some(({ loads }) => loads)
          ? verdicts.map((one) => ({ ...one, ...YES }))
          : [...verdicts],
      ),
  }),
  miniature("takes_any_stretching", {
    mistake: "Does not ask whether a runtime has the rope_scaling of a model.",
    breaks: ["LOAD-VERDICT"],
    wrapManager: (manager) =>
      everywhere(manager, (verdicts) =>
        verdicts.map((one) =>
          one.why.every((text) => text.includes("rope_scaling")) ? { ...one, ...YES } : one,
        ),
      ),
  }),
  miniature("drops_no_type", {
    mistake: "Takes a type that a runtime once had for one that it has.",
    breaks: ["LOAD-VERDICT"],
    shownBy: ["load/runtime_verdicts"],
    wrapManager: (manager) =>
      everywhere(manager, (verdicts) =>
        verdicts.map((one) =>
          one.why.length > 0 && one.why.every((text) => text.startsWith("since "))
            ? { ...one, ...YES }
            : one,
        ),
      ),
  }),
  miniature("takes_the_release_for_what_follows", {
    mistake: "Says of what is not released yet what holds for the newest release.",
    breaks: ["LOAD-VERDICT"],
    shownBy: ["load/runtime_verdicts"],
    wrapManager: (manager) =>
      everywhere(manager, (verdicts) =>
        verdicts
          .filter(({ from }) => from !== "main")
          .map((one) => (one.before === "main" ? { ...one, before: undefined } : one)),
      ),
  }),
  miniature("gives_no_reason", {
    mistake: "Says that a runtime does not load a model, and not why.",
    breaks: ["LOAD-VERDICT"],
    wrapManager: (manager) =>
      everywhere(manager, (verdicts) => verdicts.map((one) => ({ ...one, why: [] }))),
  }),
  miniature("takes_unknown_types", {
    mistake: "Does not ask whether a runtime has the type of a model.",
    breaks: ["LOAD-TYPE"],
    wrapManager: (manager) =>
      everywhere(manager, (verdicts) =>
        // What some version has is known to it.
        verdicts.some(({ loads }) => loads)
          ? [...verdicts]
          : verdicts.map((one) => (one.why.every(isAboutType) ? { ...one, ...YES } : one)),
      ),
  }),
  miniature("believes_the_type_ahead", {
    mistake: "Says before a download that a runtime loads whatever is of a type that it has.",
    breaks: ["LOAD-AHEAD"],
    wrapManager: (manager) =>
      ahead(manager, (verdicts) =>
        verdicts.map((one) => (one.why.some(isAboutType) ? one : { ...one, ...YES })),
      ),
  }),
  miniature("fetches_weights_ahead", {
    mistake: "Fetches the weights to say whether they can be loaded.",
    breaks: ["LOAD-AHEAD-BYTES"],
    wrapManager: (manager, started) => {
      const { canLoad } = manager;
      return {
        ...(canLoad && {
          canLoad: async (request, options) => {
            const source = { repository: request.repository, commit: "main" };
            const paths = ["model.safetensors"];
            await transferInVain(started, source, paths);
            return canLoad.call(manager, request, options);
          },
        }),
      };
    },
  }),
  miniature("takes_a_whole_for_a_later_part", {
    mistake: "Reads on in a header with what a hub sends that has no ranges, as if it began there.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapStart: (start, started) =>
      answeredAhead(start, started, (response, { range = "bytes=0-" }) =>
        response.status === 200 && !range.startsWith("bytes=0-")
          ? { ...response, status: 206 }
          : response,
      ),
  }),
  miniature("takes_the_whole_where_it_is_sent", {
    mistake:
      "Reads the whole of a file that a hub without ranges sends, and then looks for its header.",
    breaks: ["LOAD-AHEAD-BYTES"],
    shownBy: ["load/verdicts_ahead"],
    wrapStart: (start, started) =>
      answeredAhead(start, started, (response, { range }) =>
        response.status === 200 && range !== undefined
          ? { ...response, body: readWhole(response) }
          : response,
      ),
  }),
  miniature("judges_what_is_left_out", {
    mistake: "Judges ahead by all files of the repository, also by those that are not downloaded.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) => askingAhead(manager, (request) => ({ ...request, exclude: [] })),
  }),
  miniature("asks_of_the_main_branch", {
    mistake: "Judges ahead by the main branch, whichever was asked for.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) => askingAhead(manager, (request) => ({ ...request, revision: "main" })),
  }),
  miniature("reads_no_packing_file_ahead", {
    mistake:
      "Does not ask before a download whether a file beside the configuration says how the weights are packed.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) =>
      ahead(manager, (verdicts) => {
        const isBeside = verdicts.some(({ why }) => why.join().includes("hf_quant_config"));
        const no = { loads: false, why: ["it has surplus tensors"], remedy: undefined };
        return verdicts.map((one) => (isBeside ? { ...one, ...no } : one));
      }),
  }),
  miniature("takes_what_is_listed_for_whole", {
    mistake: "Judges ahead as if no file of the listing could be empty.",
    breaks: ["LOAD-AHEAD"],
    shownBy: ["load/verdicts_ahead"],
    wrapManager: (manager) =>
      ahead(manager, (verdicts) =>
        verdicts.map((one) => {
          const why = one.why.filter((text) => !text.endsWith("It has 0 bytes"));
          return why.length > 0 ? one : { ...one, ...YES };
        }),
      ),
  }),
];

/** Changes the verdicts of a check, and those before a download. */
function everywhere(manager: ModelManager, change: Change): Partial<ModelManager> {
  return {
    ...ahead(manager, change),
    check: async (request, options) => {
      const report = await manager.check(request, options);
      const { runtimes } = report;
      return runtimes === undefined ? report : { ...report, runtimes: change(runtimes) };
    },
  };
}

function ahead(manager: ModelManager, change: Change): Partial<ModelManager> {
  const { canLoad } = manager;
  if (canLoad === undefined) return {};
  return {
    canLoad: async (request, options) => {
      const report = await canLoad.call(manager, request, options);
      return { ...report, runtimes: change(report.runtimes) };
    },
  };
}

/** Asks something else before a download. */
function askingAhead(
  manager: ModelManager,
  change: (request: DownloadRequest) => DownloadRequest,
): Partial<ModelManager> {
  const { canLoad } = manager;
  if (canLoad === undefined) return {};
  return { canLoad: (request, options) => canLoad.call(manager, change(request), options) };
}

/** A subject that sees other answers while it is asked before a download. */
function answeredAhead(
  start: Subject["start"],
  { host, config }: StartedWith,
  change: (response: HttpResponse, headers: Readonly<Record<string, string>>) => HttpResponse,
): ModelManager {
  const asking = new ActiveCalls();
  const fetch: typeof host.fetch = async (url, request) => {
    const response = await host.fetch(url, request);
    return asking.isAny ? change(response, request.headers) : response;
  };
  const manager = start({ ...host, fetch }, config);
  const { canLoad } = manager;
  if (canLoad === undefined) return manager;
  return withMethods(manager, {
    canLoad: (request, options) =>
      asking.run(async () => await canLoad.call(manager, request, options)),
  });
}

/** A body of which nothing is had before all of it has arrived. */
async function* readWhole(response: HttpResponse): AsyncGenerator<Uint8Array> {
  yield await readBody(response);
}
