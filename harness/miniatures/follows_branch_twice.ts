import { type Miniature, wrapSubject } from "./miniature.ts";

/** Asks for each file by the name of the branch, not by the commit that it was resolved to. */
export const followsBranchTwice: Miniature = {
  name: "follows_branch_twice",
  lie: "Asks for each file by the name of the branch, not by the commit that it was resolved to.",
  breaks: ["DL-ONE-COMMIT"],
  wrap: (subject) =>
    wrapSubject(subject, "follows_branch_twice", (host, config) => {
      let revision = "main";
      const fetch: typeof host.fetch = (url, request) => {
        revision = /\/revision\/([^/?]+)$/.exec(url)?.[1] ?? revision;
        return host.fetch(
          url.replace(/\/resolve\/[0-9a-f]{40}\//, `/resolve/${revision}/`),
          request,
        );
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
