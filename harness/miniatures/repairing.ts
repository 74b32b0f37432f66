import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { diskErrorCode, exists, overwriteBytes, readBytes } from "../disk/mod.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, type StartedWith } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";
import { failure } from "./parts/failures.ts";
import { transferInVain } from "./parts/hub_exchanges.ts";
import { type WrongMarkedFile, wrongMarkedFiles } from "./parts/marked_files.ts";

/** Miniatures that repair too much, or nothing, when they download again. */
export const repairingMiniatures: readonly Miniature[] = [
  miniature("touches_the_marker", {
    mistake: "Writes the marker again each time, though nothing has changed.",
    breaks: ["DL-IDEMPOTENT"],
    wrapManager: (manager, { host: { files } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const marker = join(result.directory, MARKER_NAME);
        // Without the hub it writes nothing either: that is another promise.
        if (result.bytesFetched > 0 || result.offline) return result;
        const touch = async () => overwriteBytes(files, marker, await readBytes(files, marker));
        if (await exists(files, marker)) await unlessRefused(touch, undefined);
        return result;
      },
    }),
  }),
  miniature("knows_one_name_of_a_commit", {
    mistake:
      "Lists a model that is there once more where it is asked for by another name than main.",
    breaks: ["DL-IDEMPOTENT"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const { repository, revision = "main", endpoint = config.env["HF_ENDPOINT"] } = request;
        const isNamed = revision === "main" || /^[0-9a-f]{40}$/.test(revision);
        if (isNamed || result.bytesFetched > 0 || result.offline) return result;
        const { signal } = new AbortController();
        const tree = `${endpoint}/api/models/${repository}/tree/${result.commit}`;
        const { body } = await host.fetch(tree, { method: "GET", headers: {}, signal });
        for await (const _ of body ?? []) continue;
        return result;
      },
    }),
  }),
  miniature("fetches_one_more", {
    mistake: "Fetches a correct file together with the one that was damaged.",
    // What is fetched beside the damaged file is neither alone nor only what is wrong.
    breaks: ["DL-REPAIR-ALONE", "REPAIR-ONLY"],
    wrapManager: (manager, started) => ({
      download: async (request, options) => {
        const { repository } = request;
        const wrong = await wrongFiles(started, repository);
        const result = await manager.download(request, options);
        const right = result.files.find(({ path }) => !wrong.some((file) => file.path === path));
        if (wrong.length !== 1 || right === undefined || result.offline) return result;
        await transferInVain(started, { repository, commit: result.commit }, [right.path]);
        return result;
      },
    }),
  }),
  miniature("leaves_damage_to_the_user", {
    mistake: "Finds a file of the wrong size, and asks the user to delete it.",
    breaks: ["DL-REPAIR-ALONE"],
    wrapManager: (manager, started) => ({
      download: async (request, options) => {
        const wrong = await wrongFiles(started, request.repository);
        const result = await manager.download(request, options);
        const [file] = wrong.filter((one) => one.wrong === "size");
        if (file === undefined || result.offline) return result;
        throw failure("integrity", `Cannot use "${file.path}": delete it`);
      },
    }),
  }),
  miniature("fetches_all_of_an_update", {
    mistake: "Transfers every file of a later commit, whatever the earlier one has of it.",
    breaks: ["DL-UPDATE-ONLY"],
    wrapManager: (manager, started) => ({
      download: async (request, options) => {
        const { repository } = request;
        const before = await manager.status({ repository }).catch(() => undefined);
        const result = await manager.download(request, options);
        const isUpdate = before?.state === "complete" && before.commit !== result.commit;
        if (!isUpdate || result.offline || result.bytesFetched === 0) return result;
        const paths = result.files.map(({ path }) => path);
        await transferInVain(started, { repository, commit: result.commit }, paths);
        return result;
      },
    }),
  }),
  miniature("repairs_everything", {
    mistake: "Transfers a whole model again when more than one of its files is damaged.",
    breaks: ["REPAIR-ONLY"],
    wrapManager: (manager, started) => ({
      download: async (request, options) => {
        const { repository } = request;
        const wrong = await wrongFiles(started, repository);
        const result = await manager.download(request, options);
        if (wrong.length < 2 || result.offline) return result;
        const paths = result.files.map(({ path }) => path);
        await transferInVain(started, { repository, commit: result.commit }, paths);
        return result;
      },
    }),
  }),
  miniature("takes_unlisted_for_empty", {
    mistake: "Takes a directory that may not be listed for one without files.",
    breaks: ["DL-REPAIR-ALONE"],
    shownBy: ["download/kept_from_writing"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        readdir: async (path) => {
          try {
            return await files.readdir(path);
          } catch (error) {
            if (diskErrorCode(error) !== "EACCES") throw error;
            return [];
          }
        },
      },
    }),
  }),
];

function wrongFiles(
  { host, config }: StartedWith,
  repository: string,
): Promise<readonly WrongMarkedFile[]> {
  return wrongMarkedFiles(host.files, modelPlace(config, repository), { repository });
}
