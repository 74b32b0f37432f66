import { changingJson } from "./lying_response.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Takes the directories of a listing for files. */
export const requestsDirectories: Miniature = {
  name: "requests_directories",
  lie: "Takes the directories of a listing for files.",
  breaks: ["HUB-DIRECTORIES"],
  wrap: (subject) =>
    wrapSubject(subject, "requests_directories", (host, place) => {
      const fetch = changingJson(host.fetch, (value) =>
        Array.isArray(value) ? value.map(asFile) : value,
      );
      return subject.start({ ...host, fetch }, place);
    }),
};

function asFile(entry: unknown): unknown {
  const isDirectory =
    typeof entry === "object" && entry !== null && Reflect.get(entry, "type") === "directory";
  return isDirectory ? { ...entry, type: "file" } : entry;
}
