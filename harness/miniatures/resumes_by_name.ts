import type { FileSystem, HttpResponse, ModelManager } from "../../spec/mod.ts";
import { exists, readBytes, readTree } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { wrapSubject, type Miniature } from "./miniature.ts";
import { withHeaders } from "./lying_response.ts";
import { wrappedManager } from "./wrapped_manager.ts";
import { unlessRefused } from "./unless_refused.ts";

/** Goes on with the bytes of whatever content was there before under the same name. */
export const resumesByName: Miniature = {
  name: "resumes_by_name",
  lie: "Goes on with the bytes of whatever content was there before under the same name.",
  breaks: ["DL-RESUME-CHANGED"],
  wrap: (subject) =>
    wrapSubject(subject, "resumes_by_name", (host, config) => {
      let kept: Uint8Array | undefined;
      const fetch: typeof host.fetch = async (url, request) => {
        // The content network has the large files and knows no names.
        const isContent = new URL(url).origin !== new URL(config.env["HF_ENDPOINT"] ?? url).origin;
        // Who asks for a part has found the kept bytes good, and goes on by itself.
        if (isContent && request.headers["range"] !== undefined) kept = undefined;
        if (!isContent || kept === undefined) return host.fetch(url, request);
        const headers = { ...request.headers, range: `bytes=${kept.length}-` };
        const response = await host.fetch(url, { ...request, headers });
        if (response.status === 206) return spliced(kept, response);
        kept = undefined;
        return host.fetch(url, request);
      };
      const manager = subject.start({ ...host, fetch }, config);
      const download: ModelManager["download"] = async (request, options) => {
        const directory = modelPlace(config, request.repository);
        kept = await unlessRefused(() => keptBytes(host.files, directory), undefined);
        return manager.download(request, options);
      };
      return wrappedManager(manager, { download });
    }),
};

/** The only partial content there is, if there is one of some length. */
async function keptBytes(files: FileSystem, directory: string): Promise<Uint8Array | undefined> {
  if (!(await exists(files, directory))) return undefined;
  const found = (await readTree(files, directory)).filter(
    ({ path, kind, sizeBytes }) =>
      kind === "file" &&
      sizeBytes >= 64 &&
      path.startsWith(".") &&
      !/\.json$|\.metadata$|^[^/]+$/.test(path),
  );
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return undefined;
  return readBytes(files, filePlace(directory, only.path));
}

/** The answer to a request for the whole that is put together of old bytes and new ones. */
function spliced(own: Uint8Array, response: HttpResponse): HttpResponse {
  const { body } = response;
  const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  const whole = (async function* () {
    yield own;
    yield* body ?? [];
  })();
  const told = withHeaders(response, { "content-range": undefined, "content-length": total });
  return { ...told, status: 200, body: whole };
}
