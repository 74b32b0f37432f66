import type { FileSystem, HttpResponse } from "../../spec/mod.ts";
import { diskError, exists, readBytes, readTree } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { ActiveCalls } from "./parts/active_calls.ts";
import { unlessRefused } from "./parts/disk_steps.ts";
import { cutNotes, writtenInOrder } from "./parts/partial_files.ts";
import { changingListings, withHeaders } from "./parts/hub_exchanges.ts";

/** What a client may note behind the data of a partial file. */
const NOTED_BYTES_MAX = 2560;
/** Longer partial files may have holes, and are no beginning of anything. */
const SPLICED_BYTES_MAX = 16 * 1024;

/** Miniatures that resume a download wrongly, or not at all. */
export const resumingMiniatures: readonly Miniature[] = [
  miniature("never_resumes", {
    mistake: "Discards the bytes that it kept, and starts again.",
    breaks: ["DL-RESUME", "DL-RESUME-ONCE", "DL-KEEP", "DL-CANCEL-RESUME"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        open: async (path, mode) => {
          const file = await files.open(path, mode);
          // A file is appended to only after it was opened for changes; what is no download has names of its own.
          if (mode === "r+" && !path.endsWith(".tmp")) await file.truncate(0);
          return file;
        },
      },
    }),
  }),
  miniature("keeps_ahead_in_memory", {
    mistake: "Keeps in memory what arrives ahead of bytes that are still missing.",
    breaks: ["DL-KEEP"],
    wrapHost: ({ files }) => ({ files: writtenInOrder(files) }),
  }),
  miniature("believes_length", {
    mistake: "Loses the notes of what it has of a file, and takes the length of the file for it.",
    breaks: ["DL-KEEP", "DUR-ONCE"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        open: async (path, mode) => {
          const file = await files.open(path, mode);
          if (mode === "r+") await cutNotes(file);
          return file;
        },
      },
    }),
  }),
  miniature("resumes_by_name", {
    mistake: "Resumes from the bytes of other content that was there before under the same name.",
    breaks: ["DL-RESUME-CHANGED"],
    wrapStart: (start, { host, config }) => {
      let kept: Uint8Array | undefined;
      const fetch: typeof host.fetch = async (url, request) => {
        // The CDN has the large files and knows no names.
        const isCdn = new URL(url).origin !== new URL(config.env["HF_ENDPOINT"] ?? url).origin;
        // A request for a part comes from a subject that found the kept bytes good, and resumes by itself.
        if (isCdn && request.headers["range"] !== undefined) kept = undefined;
        if (!isCdn || kept === undefined) return host.fetch(url, request);
        const headers = { ...request.headers, range: `bytes=${kept.length}-` };
        const response = await host.fetch(url, { ...request, headers });
        if (response.status === 206) return spliced(kept, response);
        kept = undefined;
        return host.fetch(url, request);
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          const directory = modelPlace(config, request.repository);
          kept = await unlessRefused(() => keptBytes(host.files, directory), undefined);
          return manager.download(request, options);
        },
      });
    },
  }),
  miniature("keeps_nothing_of_addresses", {
    mistake: "Clears away what it has of a plain address when a download of it ends early.",
    breaks: ["DL-RESUME"],
    shownBy: ["download/any_address"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      downloadUrl: async (request, options) => {
        try {
          return await manager.downloadUrl(request, options);
        } catch (error) {
          for (const { path, kind } of await unlessRefused(() => readTree(files, root), []))
            if (kind === "file" && path.endsWith(".incomplete"))
              await unlessRefused(() => files.unlink(filePlace(root, path)), undefined);
          throw error;
        }
      },
    }),
  }),
  miniature("ignores_content_range", {
    mistake: "Accepts any part of a file as the part that it asked for.",
    breaks: ["DL-RESUME-RANGE"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const from = /^bytes=(\d+)-/.exec(request.headers["range"] ?? "")?.[1];
        const total = totalBytes(response);
        if (response.status !== 206 || from === undefined || total === undefined) return response;
        return withHeaders(response, {
          "content-range": `bytes ${from}-${Number(total) - 1}/${total}`,
        });
      },
    }),
  }),
  miniature("chokes_on_long_partials", {
    mistake: "Fails on a partial file that is longer than any file of the repository.",
    breaks: ["DL-RESUME-UNWEDGED"],
    wrapHost: ({ fetch, files }) => {
      let longestBytes = Number.POSITIVE_INFINITY;
      return {
        fetch: changingListings(fetch, (entries) => {
          longestBytes = Math.max(...entries.map(({ size = 0 }) => size));
          return entries;
        }),
        files: {
          ...files,
          open: async (path, mode) => {
            // A file is resumed only after it was opened for changes.
            const isChanged = mode === "r+";
            // What a client notes behind the data is no longer content.
            if (isChanged && (await files.stat(path)).sizeBytes > longestBytes + NOTED_BYTES_MAX)
              throw diskError("EIO", "open", path);
            return files.open(path, mode);
          },
        },
      };
    },
  }),
  miniature("gives_up_at_416", {
    mistake: "Treats 416 as a permanent failure, each time again.",
    breaks: ["DL-RESUME-UNWEDGED"],
    wrapHost: (host) => {
      let isOver = false;
      return {
        fetch: async (url, request) => {
          const response = await host.fetch(url, request);
          // Whatever it asks for after that, this process gets no further.
          isOver ||= response.status === 416;
          return isOver ? { ...response, status: 400, body: null } : response;
        },
      };
    },
  }),
  miniature("wants_parts_only", {
    mistake: "Fails when the hub answers a request for a part with the whole file.",
    breaks: ["DL-RESUME-WHOLE"],
    wrapStart: (start, { host, config }) => {
      // A plain server, asked by its address, is the matter of another requirement.
      const addresses = new ActiveCalls();
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        if (addresses.isAny || request.headers["range"] === undefined) return response;
        return response.status === 200 ? { ...response, status: 400, body: null } : response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        downloadUrl: (request, options) =>
          addresses.run(() => manager.downloadUrl(request, options)),
      });
    },
  }),
  miniature("counts_from_zero", {
    mistake: "Starts each count at zero, whatever is on the disk.",
    breaks: ["DL-PROGRESS-RESUME"],
    wrapManager: (manager) => ({
      download: (request, options) => {
        let reports = 0;
        return manager.download(request, {
          ...options,
          onProgress: (progress) => {
            const isFirst = ++reports === 1 && progress.phase === "transfer";
            const nothing = { ...progress, bytesDone: 0, filesDone: 0, fraction: 0 };
            options?.onProgress?.(isFirst ? nothing : progress);
          },
        });
      },
    }),
  }),
  miniature("takes_the_dead_for_living", {
    mistake:
      "Copies what a dead process kept, as if it could go on to write, and starts again where there is no room for a copy.",
    breaks: ["DL-RESUME"],
    shownBy: ["download/exact_room"],
    wrapHost: ({ processes }) => ({ processes: { ...processes, isAlive: () => true } }),
  }),
];

/** The only partial content there is, if there is one of some length. */
async function keptBytes(files: FileSystem, directory: string): Promise<Uint8Array | undefined> {
  if (!(await exists(files, directory))) return undefined;
  const found = (await readTree(files, directory)).filter(
    ({ path, kind, sizeBytes }) =>
      kind === "file" &&
      sizeBytes >= 64 &&
      sizeBytes < SPLICED_BYTES_MAX &&
      path.startsWith(".") &&
      !/\.json$|\.metadata$|^[^/]+$/.test(path),
  );
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return undefined;
  return readBytes(files, filePlace(directory, only.path));
}

/** The answer to a request for the whole file, put together of old bytes and new ones. */
function spliced(kept: Uint8Array, response: HttpResponse): HttpResponse {
  const { body } = response;
  const headers = { "content-range": undefined, "content-length": totalBytes(response) };
  const whole = (async function* () {
    yield kept;
    yield* body ?? [];
  })();
  return { ...withHeaders(response, headers), status: 200, body: whole };
}

/** The length of the whole file, as the answer with a part of it states. */
function totalBytes({ headers }: HttpResponse): string | undefined {
  return /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
}
