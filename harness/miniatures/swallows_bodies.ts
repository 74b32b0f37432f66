import { type Miniature, wrapSubject } from "./miniature.ts";

/** An end after all, so that the court has one. */
const LIMITS = { bytes: 3 * 1024 * 1024, chunks: 12_000 } as const;

/** Takes a body of unknown length into memory before it looks at it. */
export const swallowsBodies: Miniature = {
  name: "swallows_bodies",
  lie: "Takes a body of unknown length into memory before it looks at it.",
  breaks: ["HUB-LIMIT-FILE", "HUB-LIMIT-INFLATE"],
  wrap: (subject) =>
    wrapSubject(subject, "swallows_bodies", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const { status, headers, body } = response;
        const isContent = status < 300 && !url.includes("/api/models/");
        const isOpen = isContent && headers.get("content-length") === null;
        return body === null || !isOpen ? response : { status, headers, body: swallowed(body) };
      };
      return subject.start({ ...host, fetch }, config);
    }),
};

async function* swallowed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  let broken: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of body) {
      taken.push(chunk);
      bytes += chunk.length;
      if (bytes > LIMITS.bytes || taken.length > LIMITS.chunks) break;
    }
  } catch (error) {
    // What came before the break is handed on first, as it would be without this lie.
    broken = { error };
  }
  yield* taken;
  if (broken !== undefined) throw broken.error;
}
