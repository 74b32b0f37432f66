import { join } from "node:path";
import { fnmatch, DEFAULT_PATTERNS, type DownloadRequest, type Host } from "../../spec/mod.ts";
import { writeBytes } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes a file of the right size for the right one, whatever its hash. */
export const skipsHash: Miniature = {
  name: "skips_hash",
  lie: "Takes a file of the right size for the right one, whatever its hash.",
  breaks: ["DL-INTEGRITY"],
  wrap: (subject) =>
    wrapSubject(subject, "skips_hash", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          try {
            return await manager.download(request, options);
          } catch (error) {
            const failure = asFailure(error);
            const isWrongHash = [failure?.expected, failure?.actual].every((hash) =>
              /^(?:sha256|git-sha1):/.test(hash ?? ""),
            );
            if (
              failure?.code !== "integrity" ||
              !isWrongHash ||
              !request.repository.startsWith("mlx-community/")
            )
              throw error;
            const directory = join(config.root, "models", ...request.repository.split("/"));
            const files = await fetchAsTheyCome(host, request, {
              endpoint: config.env["HF_ENDPOINT"] ?? "",
              directory,
            });
            return { directory, commit: "", files, bytesFetched: 0, offline: false };
          }
        },
      });
    }),
};

/** Puts every wanted file at its place as the hub sends it. */
async function fetchAsTheyCome(
  host: Host,
  { repository }: DownloadRequest,
  options: { readonly endpoint: string; readonly directory: string },
): Promise<{ path: string; sizeBytes: number }[]> {
  const api = `${options.endpoint}/api/models/${repository}`;
  const info = JSON.parse(Buffer.from(await fetchBytes(host, api)).toString("utf8")) as {
    siblings: { rfilename: string }[];
  };
  const files: { path: string; sizeBytes: number }[] = [];
  for (const { rfilename: path } of info.siblings) {
    if (!DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path))) continue;
    const bytes = await fetchBytes(
      host,
      `${options.endpoint}/${repository}/resolve/main/${encodeURIComponent(path)}`,
    );
    await writeBytes(host.files, join(options.directory, ...path.split("/")), bytes);
    files.push({ path, sizeBytes: bytes.length });
  }
  return files;
}

async function fetchBytes(host: Host, url: string): Promise<Uint8Array> {
  const response = await host.fetch(url, { method: "GET", headers: {} });
  const location = response.headers.get("location");
  if (location !== null) return fetchBytes(host, new URL(location, url).href);
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}
