import type { HttpResponse } from "../../spec/mod.ts";
import { removeTree } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { filePlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { failure, onFailure } from "./parts/failures.ts";
import { askInVain, changingListings, type ListedEntry, readBody } from "./parts/hub_exchanges.ts";

const INDEX = "model.safetensors.index.json";

/** Files that an old client does not know, and that a runtime asks for late. */
const LATE_FILES = ["generation_config.json", "special_tokens_map.json", "chat_template.jinja"];

/** Miniatures that download too few files of a repository. */
export const fileSetMiniatures: readonly Miniature[] = [
  miniature("fetches_before_it_looks", {
    mistake: "Starts with the weights, and finds out afterwards what the repository lacks.",
    breaks: ["LAYOUT-LACKS"],
    wrapManager: (manager, { host, config }) => ({
      download: onFailure(manager, async (error, { repository }) => {
        if (asFailure(error)?.code === "repository-incomplete")
          await askInVain(host, config, `${repository}/resolve/main/model.safetensors`);
        throw error;
      }),
    }),
  }),
  miniature("wants_a_tokenizer_of_all", {
    mistake: "Asks every repository for a tokenizer, of whatever kind its model is.",
    breaks: ["LAYOUT-KIND"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const isChosen = request.include !== undefined || request.exclude !== undefined;
        const paths = result.files.map(({ path }) => path);
        const isModel = ["config.json", "adapter_config.json", "model_index.json"].some((path) =>
          paths.includes(path),
        );
        if (isChosen || !isModel || paths.some((path) => path.includes("tok"))) return result;
        throw failure("repository-incomplete", "there is no tokenizer");
      },
    }),
  }),
  miniature("takes_set_from_index", {
    mistake: "Omits the weight files that the index does not name.",
    breaks: ["LAYOUT-LISTING"],
    wrapHost: (host) => ({
      fetch: changingListings(host.fetch, async (entries, url) => {
        const [, endpoint, repository, commit] =
          /^(.*)\/api\/models\/(.+)\/tree\/([0-9a-f]{40})/.exec(url) ?? [];
        if (!entries.some(({ path }) => path === INDEX)) return entries;
        const index = `${endpoint}/${repository}/resolve/${commit}/${INDEX}`;
        const weights = await namedWeights(() => host.fetch(index, { method: "GET", headers: {} }));
        return weights === undefined ? entries : onlyNamed(entries, weights);
      }),
    }),
  }),
  miniature("star_stops_at_slash", {
    mistake: "Lets the star of a request's own pattern stop at a slash.",
    breaks: ["LAYOUT-PATTERN"],
    wrapManager: (manager) => ({
      download: (request, options) => {
        const { include, exclude = [] } = request;
        const isWhole = include === undefined || include.includes("*");
        const asked = isWhole ? request : { ...request, exclude: [...exclude, "*/*"] };
        return manager.download(asked, options);
      },
    }),
  }),
  miniature("knows_one_tokenizer", {
    mistake: "Knows no tokenizer but tokenizer.json.",
    breaks: ["LAYOUT-REQUIRED"],
    wrapHost: ({ fetch }) => ({
      fetch: changingListings(fetch, (entries) =>
        entries.filter(({ path = "" }) => !/\.model$|\.tiktoken$/.test(path)),
      ),
    }),
  }),
  miniature("drops_a_file", {
    mistake: "Omits files that are not on its own list of names.",
    breaks: ["LAYOUT-SET"],
    wrapHost: ({ fetch }) => ({
      fetch: changingListings(fetch, (entries, url) => {
        // For the organization of MLX the list is complete: what is damaged there later must be there.
        if (url.includes("/mlx-community/")) return entries;
        return entries.filter(({ path = "" }) => !LATE_FILES.includes(path));
      }),
    }),
  }),
  miniature("succeeds_and_deletes", {
    mistake: "Reports success and deletes a file that it has just put in its place.",
    breaks: ["LAYOUT-SET"],
    wrapManager: (manager, { host }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        // In one layout only: where the model is looked at again, more than this promise would be broken.
        const victim = result.files.find(({ path }) => LATE_FILES.includes(path));
        if (request.layout !== "lmstudio" || victim === undefined) return result;
        await removeTree(host.files, filePlace(result.directory, victim.path));
        return result;
      },
    }),
  }),
  miniature("places_content_once", {
    mistake:
      "Identifies small files by their hash alone, so that of equal ones only the first is placed.",
    breaks: ["LAYOUT-SHARED-BLOB"],
    wrapHost: ({ fetch }) => ({
      fetch: changingListings(fetch, (entries) => {
        const seen = new Set<string>();
        return entries.filter(({ oid, path, lfs }) => {
          // Large ones stay: a model some weights of which are missing would break more than this.
          if (oid === undefined || lfs !== undefined || !path?.includes("copy")) return true;
          const isFirst = !seen.has(oid);
          seen.add(oid);
          return isFirst;
        });
      }),
    }),
  }),
];

/** The weight files that an index names, if there is one that can be read. */
async function namedWeights(
  fetchIndex: () => Promise<HttpResponse>,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const text = Buffer.from(await readBody(await fetchIndex())).toString("utf8");
    const { weight_map: map } = JSON.parse(text) as { weight_map: Record<string, string> };
    return new Set(Object.values(map));
  } catch {
    // With a repository without an index, or with garbage for one, the mistake is not made.
    return undefined;
  }
}

function onlyNamed(
  entries: readonly ListedEntry[],
  weights: ReadonlySet<string>,
): readonly ListedEntry[] {
  const kept = entries.filter(
    ({ path = "" }) => !/^model[^/]*\.safetensors$/.test(path) || weights.has(path),
  );
  // With an index that names no file of the repository at all the mistake is not made.
  return kept.some(({ path }) => path?.endsWith(".safetensors")) ? kept : entries;
}
