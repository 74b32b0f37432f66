import { type Miniature, wrapSubject } from "./miniature.ts";

/** An end after all, so that the court has one. */
const DRAINED_BYTES_MAX = 3 * 1024 * 1024;

/** Reads on in a body of unknown length that nobody wants any more. */
export const drainsBodies: Miniature = {
  name: "drains_bodies",
  lie: "Reads on in a body of unknown length that nobody wants any more.",
  breaks: ["HUB-LIMIT-FILE", "HUB-LIMIT-INFLATE"],
  wrap: (subject) =>
    wrapSubject(subject, "drains_bodies", (host, place) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const { status, headers, body } = response;
        const isContent = status < 300 && !url.includes("/api/models/");
        const isOpen = isContent && headers.get("content-length") === null;
        return body === null || !isOpen ? response : { status, headers, body: drained(body) };
      };
      return subject.start({ ...host, fetch }, place);
    }),
};

function drained(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = body[Symbol.asyncIterator]();
      return {
        next: () => chunks.next(),
        return: async () => {
          for (let left = DRAINED_BYTES_MAX; left > 0;) {
            const next = await chunks.next();
            if (next.done) break;
            left -= next.value.length;
          }
          await chunks.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
