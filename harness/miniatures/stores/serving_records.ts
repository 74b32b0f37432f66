import { join } from "node:path";
import { MARKER_NAME, type ModelManager } from "../../../spec/mod.ts";
import { exists, readText } from "../../disk/mod.ts";
import { modelPlace } from "../../scenario_parts/places.ts";
import { type Miniature, miniature, type StartedWith } from "../miniature.ts";
import { headerOf, json, serving, withHeader } from "../parts/served_answers.ts";

const OFFERED = "mlx-community/Offered-4bit";

/** Miniatures that offer what no record vouches for, or answer so that not every client can go on. */
export const servingRecordMiniatures: readonly Miniature[] = [
  miniature("offers_what_nobody_recorded", {
    mistake:
      "Offers what lies in the place of a model, though nothing says what its bytes must be.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager, started) =>
      describing(
        manager,
        async () => (await isConfigured(started)) && (await markerOf(started)) === undefined,
      ),
  }),
  miniature("offers_by_the_name_of_a_directory", {
    mistake:
      "Offers a model under the name that its directory has, though its record is of another repository.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager, started) =>
      describing(manager, async () => (await markerOf(started))?.includes(OFFERED) === false),
  }),
  miniature("names_next_pages_at_no_host", {
    mistake: "Names the next page of a listing by its path alone.",
    breaks: ["SERVE-LISTING"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const link = headerOf(answer, "link");
        return link === undefined
          ? answer
          : withHeader(answer, "Link", link.replace(/<https?:\/\/[^/>]*/, "<"));
      }),
  }),
];

/** Describes the model where nothing is answered, and it takes it for one that is offered. */
function describing(
  manager: ModelManager,
  isOffered: () => Promise<boolean>,
): Partial<ModelManager> {
  return serving(manager, async (request, server) => {
    const answer = await server.answer(request);
    const isAsked = request.target === `/api/models/${OFFERED}`;
    if (answer.status !== 404 || !isAsked || !(await isOffered())) return answer;
    return json({ id: OFFERED, sha: "0".repeat(40), siblings: [], tags: ["mlx"] });
  });
}

async function markerOf({ host, config }: StartedWith): Promise<string | undefined> {
  const directory = modelPlace(config, OFFERED, { layout: "hubapi" });
  return readText(host.files, join(directory, MARKER_NAME));
}

async function isConfigured({ host, config }: StartedWith): Promise<boolean> {
  const directory = modelPlace(config, OFFERED, { layout: "hubapi" });
  return exists(host.files, join(directory, "config.json"));
}
