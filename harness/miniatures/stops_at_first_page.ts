import { type Miniature, wrapSubject } from "./miniature.ts";
import { withHeaders } from "./lying_response.ts";

/** Takes the first page of a listing for the whole. */
export const stopsAtFirstPage: Miniature = {
  name: "stops_at_first_page",
  lie: "Takes the first page of a listing for the whole.",
  // Who never looks at the second page does not notice that there is no last one, and calls the repository incomplete.
  // The honest download that comes after an attack is listed in pages too, and is not whole then.
  breaks: ["HUB-PAGES", "ERROR-KIND", "DL-NOT-A-HUB"],
  shownBy: ["hub/listing_pages", "hub/endless_listing", "hub/hostile"],
  wrap: (subject) =>
    wrapSubject(subject, "stops_at_first_page", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) =>
        withHeaders(await host.fetch(url, request), { link: undefined });
      return subject.start({ ...host, fetch }, config);
    }),
};
