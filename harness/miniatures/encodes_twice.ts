import { type Miniature, wrapSubject } from "./miniature.ts";

/** Encodes what a revision has beside letters and slashes a second time. */
export const encodesTwice: Miniature = {
  name: "encodes_twice",
  lie: "Encodes what a revision has beside letters and slashes a second time.",
  // A plain revision is the same however often it is encoded, so only awkward ones show the lie. What is not found
  // under a name that was encoded wrongly gets no snapshot and no ref in the hub's cache either.
  breaks: ["LAYOUT-ENCODED-ONCE", "LAYOUT-HFCACHE"],
  wrap: (subject) =>
    wrapSubject(subject, "encodes_twice", (host, config) => {
      const fetch: typeof host.fetch = (url, request) => {
        const [, before = url, revision = ""] = /^(.*\/revision\/)([^/?]+)$/.exec(url) ?? [];
        const sent = before + revision.replaceAll(/%(?!2F)/g, "%25");
        return host.fetch(sent, request);
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
