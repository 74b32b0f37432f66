import { DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import { encodePath } from "../hub/hub_route.ts";
import { changingJson } from "./lying_response.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Asks for directories with the name of a wanted file as if they were files. */
export const requestsDirectories: Miniature = {
  name: "requests_directories",
  lie: "Asks for directories with the name of a wanted file as if they were files.",
  breaks: ["HUB-DIRECTORIES"],
  wrap: (subject) =>
    wrapSubject(subject, "requests_directories", (host, config) => {
      const fetch = changingJson(host.fetch, async (value, url) => {
        const [, repository, commit] = /\/api\/models\/(.+)\/tree\/([^/?]+)/.exec(url) ?? [];
        for (const path of repository === undefined ? [] : directoriesIn(value)) {
          const address = `/${repository}/resolve/${commit}/${encodePath(path)}`;
          const question = { method: "HEAD", headers: {} } as const;
          await host.fetch(new URL(address, url).href, question).catch(() => {});
        }
        return value;
      });
      return subject.start({ ...host, fetch }, config);
    }),
};

function directoriesIn(listing: unknown): string[] {
  const entries: readonly unknown[] = Array.isArray(listing) ? listing : [];
  return entries
    .filter((entry) => typeof entry === "object" && entry !== null)
    .filter((entry) => Reflect.get(entry, "type") === "directory")
    .map((entry) => String(Reflect.get(entry, "path")))
    .filter((path) => DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path)));
}
