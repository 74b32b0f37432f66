import { join } from "node:path";
import { MARKER_NAME, type ServedRequest } from "../../../spec/mod.ts";
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
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (answer.status !== 404 || !isDescription(request)) return answer;
        const marker = await markerOf(started);
        return (await isConfigured(started)) && marker === undefined ? described() : answer;
      }),
  }),
  miniature("offers_by_the_name_of_a_directory", {
    mistake:
      "Offers a model under the name that its directory has, though its record is of another repository.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager, started) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (answer.status !== 404 || !isDescription(request)) return answer;
        const marker = await markerOf(started);
        return marker === undefined || marker.includes(OFFERED) ? answer : described();
      }),
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

/** Whether the model itself is asked for. */
function isDescription({ target }: ServedRequest): boolean {
  return target === `/api/models/${OFFERED}`;
}

function described() {
  return json({ id: OFFERED, sha: "0".repeat(40), siblings: [], tags: ["mlx"] });
}

async function markerOf({ host, config }: StartedWith): Promise<string | undefined> {
  const directory = modelPlace(config, OFFERED, { layout: "hubapi" });
  return readText(host.files, join(directory, MARKER_NAME));
}

async function isConfigured({ host, config }: StartedWith): Promise<boolean> {
  const directory = modelPlace(config, OFFERED, { layout: "hubapi" });
  return exists(host.files, join(directory, "config.json"));
}
