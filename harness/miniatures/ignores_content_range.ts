import { type Miniature, wrapSubject } from "./miniature.ts";
import { withHeaders } from "./lying_response.ts";

/** Takes any part for the part that it asked for. */
export const ignoresContentRange: Miniature = {
  name: "ignores_content_range",
  lie: "Takes any part for the part that it asked for.",
  breaks: ["DL-RESUME-RANGE"],
  wrap: (subject) =>
    wrapSubject(subject, "ignores_content_range", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const from = /^bytes=(\d+)-/.exec(request.headers["range"] ?? "")?.[1];
        const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
        if (response.status !== 206 || from === undefined || total === undefined) return response;
        return withHeaders(response, {
          "content-range": `bytes ${from}-${Number(total) - 1}/${total}`,
        });
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
