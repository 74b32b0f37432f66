import { join } from "node:path";
import { exists, writeBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

const LISTING = /\/api\/models\/([^/]+)\/([^/]+)\/tree\/([0-9a-f]{40})$/;

/** Writes the ref as soon as it knows the commit, before any file of the snapshot is there. */
export const refFirst: Miniature = {
  name: "ref_first",
  lie: "Writes the ref as soon as it knows the commit, before any file of the snapshot is there.",
  breaks: ["LAYOUT-REF-LAST"],
  wrap: (subject) =>
    wrapSubject(subject, "ref_first", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const [, org, name, commit = ""] = LISTING.exec(new URL(url).pathname) ?? [];
        const repository = join(config.root, `models--${org}--${name}`);
        // Only where there is a cache already: a directory of nothing but a ref would show elsewhere too.
        if (name !== undefined && (await exists(host.files, repository))) {
          const ref = join(repository, "refs", "main");
          await writeBytes(host.files, ref, new TextEncoder().encode(commit));
        }
        return host.fetch(url, request);
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
