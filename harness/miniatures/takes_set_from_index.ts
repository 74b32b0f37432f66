import type { HttpResponse } from "../../spec/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { changingJson } from "./lying_response.ts";

const INDEX = "model.safetensors.index.json";

/** Leaves out the weight files that the index does not name. */
export const takesSetFromIndex: Miniature = {
  name: "takes_set_from_index",
  lie: "Leaves out the weight files that the index does not name.",
  breaks: ["LAYOUT-LISTING"],
  wrap: (subject) =>
    wrapSubject(subject, "takes_set_from_index", (host, config) => {
      const fetch = changingJson(host.fetch, async (value, url) => {
        const [, endpoint, repository, commit] =
          /^(.*)\/api\/models\/(.+)\/tree\/([0-9a-f]{40})/.exec(url) ?? [];
        if (!Array.isArray(value) || !value.some(({ path }) => path === INDEX)) return value;
        const index = `${endpoint}/${repository}/resolve/${commit}/${INDEX}`;
        const weights = await namedWeights(() => host.fetch(index, { method: "GET", headers: {} }));
        return onlyNamed(value, weights);
      });
      return subject.start({ ...host, fetch }, config);
    }),
};

/** The weight files that an index names, if there is one that can be read. */
async function namedWeights(
  fetchIndex: () => Promise<HttpResponse>,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const response = await fetchIndex();
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    const index = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
      weight_map: Record<string, string>;
    };
    return new Set(Object.values(index.weight_map));
  } catch {
    // A repository without an index, or with garbage for one, keeps the liar honest.
    return undefined;
  }
}

function onlyNamed(
  entries: readonly { readonly path: string }[],
  weights: ReadonlySet<string> | undefined,
): readonly { readonly path: string }[] {
  const isLeftOut = ({ path }: { readonly path: string }) =>
    weights !== undefined && /^model[^/]*\.safetensors$/.test(path) && !weights.has(path);
  const kept = entries.filter((entry) => !isLeftOut(entry));
  // An index that names no file of the repository at all is seen through even by this one.
  return kept.some(({ path }) => path.endsWith(".safetensors")) ? kept : entries;
}
