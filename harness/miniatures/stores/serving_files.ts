import { join } from "node:path";
import type { FileStat, FileSystem, ServedAnswer } from "../../../spec/mod.ts";
import { readBytes } from "../../disk/mod.ts";
import { type Miniature, miniature, withMethods } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import {
  serving,
  isFile,
  pathOf,
  refused,
  sent,
  headerOf,
  piece,
  lastBitTurned,
  shifted,
} from "../parts/served_answers.ts";

/** Scenarios read by pieces of so many bytes. */
const LAST_BYTES_MAX = 256;

/** Miniatures that offer models to others, and send wrong bytes or none. */
export const servingFileMiniatures: readonly Miniature[] = [
  miniature("sends_a_wrong_byte", {
    mistake: "Turns over a bit of the last byte of a file that is asked for whole.",
    // A second machine gets it wrong too, and refuses it.
    breaks: ["SERVE-BYTES"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (!isFile(request) || answer.status !== 200 || "range" in request.headers) return answer;
        return { ...answer, body: answer.body && lastBitTurned(answer.body) };
      }),
  }),
  miniature("sends_the_byte_before", {
    mistake: "Sends a part that begins one byte too early.",
    breaks: ["SERVE-RANGE"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (answer.status !== 206) return answer;
        return { ...answer, body: answer.body && shifted(answer.body) };
      }),
  }),
  miniature("serves_the_directory", {
    mistake: "Sends any file whose path leads to one, seen from the model's directory.",
    breaks: ["SERVE-CONFINED"],
    wrapManager: (manager, { host }) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const path = pathOf(request);
        const directory = await manager.locate({ repository: "mlx-community/Open-4bit" });
        if (answer.status !== 404 || path === undefined || directory === undefined) return answer;
        const place = join(directory, path);
        const bytes = await unlessRefused(() => readBytes(host.files, place), undefined);
        return bytes === undefined ? answer : sent(bytes, answer);
      }),
  }),
  miniature("trusts_its_memory", {
    mistake:
      "Opens a file by its name, and sends what is there now under the tag that it once had.",
    breaks: ["SERVE-CHANGED"],
    wrapManager: (manager, { host }) => {
      const former = new Map<string, ServedAnswer>();
      return serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const path = pathOf(request);
        if (path === undefined) return answer;
        if (answer.status < 300) former.set(request.target, { ...answer, status: 200 });
        const known = former.get(request.target);
        const directory = await manager.locate({ repository: "mlx-community/Changing-4bit" });
        if (answer.status < 400 || known === undefined || directory === undefined) return answer;
        const place = join(directory, path);
        const bytes = await unlessRefused(
          async () => readBytes(host.files, await host.files.realpath(place)),
          undefined,
        );
        return bytes === undefined ? answer : { ...known, body: piece(bytes) };
      });
    },
  }),
  miniature("refuses_long_suffixes", {
    mistake: "Refuses to send the last bytes of a file where more are asked for than it has.",
    breaks: ["SERVE-RANGE"],
    shownBy: ["serve/as_the_hub"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const [, count = ""] = /^bytes=-(\d+)$/i.exec(request.headers["range"] ?? "") ?? [];
        const answer = await server.answer(request);
        const isShort = Number(headerOf(answer, "content-length")) < Number(count);
        return isFile(request) && answer.status === 206 && isShort
          ? refused(416, "RangeNotSatisfiable")
          : answer;
      }),
  }),
  miniature("knows_files_by_size_and_time", {
    mistake:
      "Takes a file for the one that it has verified where its size and its time are the same.",
    breaks: ["SERVE-CHANGED"],
    shownBy: ["serve/changed_file"],
    wrapStart: (start, { host, config }) => {
      const manager = start(host, config);
      const known = (facts: FileStat) => ({ ...facts, inode: "1" });
      const { files: disk } = host;
      const files: FileSystem = {
        ...disk,
        stat: async (path) => known(await disk.stat(path)),
        lstat: async (path) => known(await disk.lstat(path)),
        open: async (path, mode) => {
          const file = await disk.open(path, mode);
          return { ...file, stat: async () => known(await file.stat()) };
        },
      };
      const server = start({ ...host, files }, config);
      if (server.serve === undefined) return manager;
      return withMethods(manager, { serve: server.serve.bind(server) });
    },
  }),
  miniature("sends_the_last_piece_unseen", {
    mistake: "Sends the last piece of a file without a look at whether it is still the same file.",
    breaks: ["SERVE-CHANGED"],
    shownBy: ["serve/changed_file"],
    wrapManager: (manager, { host }) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const path = pathOf(request);
        const directory = await manager.locate({ repository: "mlx-community/Changing-4bit" });
        if (path === undefined || directory === undefined || answer.body === null) return answer;
        const range = headerOf(answer, "content-range") ?? "bytes 0-";
        const start = Number(/\d+/.exec(range)?.[0]);
        const end = start + Number(headerOf(answer, "content-length"));
        const last = async (sentBytes: number) => {
          const place = await host.files.realpath(join(directory, path));
          const bytes = (await readBytes(host.files, place)).subarray(start + sentBytes, end);
          const isLast = bytes.length === end - start - sentBytes && bytes.length <= LAST_BYTES_MAX;
          return isLast ? bytes : undefined;
        };
        return { ...answer, body: withLast(answer.body, last) };
      }),
  }),
];

/** A body that breaks no more when the last piece of it can be had. */
async function* withLast(
  body: AsyncIterable<Uint8Array>,
  last: (sentBytes: number) => Promise<Uint8Array | undefined>,
): AsyncGenerator<Uint8Array> {
  let sentBytes = 0;
  try {
    for await (const one of body) {
      yield one;
      sentBytes += one.length;
    }
  } catch (error) {
    const bytes = await unlessRefused(() => last(sentBytes), undefined);
    if (bytes === undefined) throw error;
    yield bytes;
  }
}
