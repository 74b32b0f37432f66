import { lyingHost } from "./lying_host.ts";

/** Takes an answer without X-Repo-Commit for none. */
export const wantsEveryHeader = lyingHost(
  {
    name: "wants_every_header",
    lie: "Takes an answer without X-Repo-Commit for none.",
    breaks: ["DL-FEW-HEADERS"],
  },
  (host) => ({
    fetch: async (url, request) => {
      const response = await host.fetch(url, request);
      // A file itself: neither a page in its place nor a redirect of some server on the way.
      const isPage = response.headers.get("content-type")?.includes("html") === true;
      const isFile = url.includes("/resolve/") && response.status === 200 && !isPage;
      const isLacking = isFile && response.headers.get("x-repo-commit") === null;
      return isLacking ? { ...response, status: 404, body: null } : response;
    },
  }),
);
