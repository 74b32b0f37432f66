import { basename, join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { readText, readTree, writeBytes } from "../disk/mod.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { failure } from "./parts/failures.ts";
import { unlessRefused } from "./parts/disk_steps.ts";
import { askInVain } from "./parts/hub_exchanges.ts";
import { wrongMarkedFiles } from "./parts/marked_files.ts";

/** What macOS leaves in any directory. */
const DESKTOP_FILES = [".DS_Store", "._config.json", "._model.safetensors"];

/** Miniatures that list, describe or verify models wrongly. */
export const managingMiniatures: readonly Miniature[] = [
  miniature("lists_made_up_models", {
    mistake: "Lists a model that is not there beside those that are.",
    breaks: ["MANAGE-BOTH"],
    wrapManager: (manager, { config }) => ({
      list: async () => {
        const listed = await manager.list();
        const [first, second] = listed;
        // A single model is not hidden among others.
        if (first === undefined || second === undefined) return listed;
        const repository = "mlx-community/Made-Up-4bit";
        const directory = modelPlace(config, repository);
        return [...listed, { ...first, directory, repository, modelId: "made-up-4bit" }];
      },
    }),
  }),
  miniature("takes_any_directory", {
    mistake: "Locates a model wherever its directory exists, whatever is in it.",
    breaks: ["MANAGE-DESKTOP"],
    wrapManager: (manager, { host, config }) => ({
      locate: async (request) => {
        const found = await manager.locate(request);
        if (found !== undefined || request.layout !== undefined) return found;
        const directory = modelPlace(config, request.repository);
        const names = await unlessRefused(() => host.files.readdir(directory), []);
        return names.some((name) => DESKTOP_FILES.includes(name)) ? directory : undefined;
      },
    }),
  }),
  miniature("overlooks_a_layout", {
    mistake: "Lists no model of layout lmstudio.",
    breaks: ["MANAGE-BOTH"],
    wrapManager: (manager) => ({
      list: async () => (await manager.list()).filter(({ layout }) => layout !== "lmstudio"),
    }),
  }),
  miniature("asks_before_it_lists", {
    mistake: "Asks the hub something before it lists what is on the disk.",
    breaks: ["STATUS-LOCAL"],
    wrapManager: (manager, { host, config }) => ({
      list: async () => {
        await askInVain(host, config, "api/models/mlx-community/x/revision/main");
        return manager.list();
      },
    }),
  }),
  miniature("complete_but_refused", {
    mistake: "Reports a model with a truncated file as complete, and fails to download it again.",
    // Two promises: the answer is false, and the file is never fetched again.
    breaks: ["STATUS-HONEST", "DL-REPAIR-ALONE"],
    wrapManager: (manager, { host, config }) => {
      const cutFiles = async ({ repository }: { readonly repository: string }) => {
        const directory = modelPlace(config, repository);
        const wrong = await wrongMarkedFiles(host.files, directory, { repository });
        return wrong.filter((file) => file.wrong === "size");
      };
      return {
        status: async (request) => {
          const directory = modelPlace(config, request.repository);
          const isCut = (await cutFiles(request)).length > 0;
          return isCut ? { state: "complete", directory, commit: "" } : manager.status(request);
        },
        download: async (request, options) => {
          const [file] = await cutFiles(request);
          const result = await manager.download(request, options);
          if (file === undefined || result.offline) return result;
          throw failure("integrity", `Cannot use "${file.path}"`);
        },
      };
    },
  }),
  miniature("says_complete", {
    mistake: "Reports every model as complete, whatever is there.",
    // One answer for everything is none of three, and asks no marker; after a crash it is as false as before.
    breaks: ["STATUS-HONEST", "STATUS-ANSWERS", "MARK-FOREIGN", "DUR-STATES"],
    wrapManager: (manager, { config }) => ({
      status: async ({ repository }) => ({
        state: "complete",
        directory: (await manager.locate({ repository })) ?? modelPlace(config, repository),
        commit: "",
      }),
    }),
  }),
  miniature("verifies_nothing", {
    mistake: "Answers verify with what status says.",
    breaks: ["VERIFY-ROT"],
    wrapManager: (manager) => ({ verify: (request) => manager.status(request) }),
  }),
  miniature("counts_what_it_did_not_read", {
    mistake: "Says of every verification that it read nothing.",
    breaks: ["VERIFY-ROT"],
    shownBy: ["manage/rot"],
    wrapManager: (manager) => ({
      verify: async (request, options) => {
        const status = await manager.verify(request, options);
        if (status.state === "unknown" || status.compared === undefined) return status;
        return { ...status, compared: { ...status.compared, bytesHashed: 0 } };
      },
    }),
  }),
  miniature("denies_what_is_there", {
    mistake: "Says of every model that is not complete that nothing of it is there.",
    breaks: ["STATUS-ANSWERS"],
    shownBy: ["manage/any_directory"],
    wrapManager: (manager) => ({
      status: async (request) => {
        const status = await manager.status(request);
        return status.state === "incomplete" ? { ...status, notDownloaded: true } : status;
      },
    }),
  }),
  miniature("trips_over_null", {
    mistake: "Reads a field of a record without looking whether there is one.",
    breaks: ["ERROR-KIND"],
    shownBy: ["manage/odd_records"],
    wrapManager: (manager, { host, config }) => ({
      migrate: async (request, options) => {
        for (const { path, kind } of await readTree(host.files, config.root)) {
          if (kind !== "file" || !/(?:^|\/)\..*\.json$/.test(path)) continue;
          const text = await readText(host.files, join(config.root, path));
          if (text === "null") throw new TypeError("Cannot read properties of null");
        }
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("marks_first_what_it_moves", {
    mistake: "Gives a model that it moves its marker before anything else.",
    breaks: ["MARK-TRUE"],
    shownBy: ["interop/migration", "crash/migration"],
    wrapManager: (manager, { host: { files } }) => ({
      migrate: async (request, options) => {
        const { from, step } = request;
        const marker =
          from === undefined ? undefined : await readText(files, join(from, MARKER_NAME));
        if (step !== "move" || marker === undefined) return manager.migrate(request, options);
        const { to } = await manager.migrate({ ...request, step: "plan" }, options);
        const place = join(to, MARKER_NAME);
        await writeBytes(files, place, new TextEncoder().encode(marker));
        await files.unlink(place);
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("takes_a_name_for_a_container", {
    mistake: "Takes every directory that is called `models` for one in which models lie.",
    breaks: ["MANAGE-BOTH"],
    shownBy: ["manage/found_models"],
    wrapManager: (manager) => ({
      list: async () =>
        (await manager.list()).filter(({ directory }) => basename(directory) !== "models"),
    }),
  }),
  miniature("reads_one_form_of_configurations", {
    mistake: "Lists no model whose configuration says how it was quantized in a form of its own.",
    breaks: ["MANAGE-BOTH"],
    shownBy: ["manage/found_models"],
    wrapManager: (manager, { host: { files } }) => ({
      list: async () => {
        const listed = await manager.list();
        const read = listed.map(({ directory }) =>
          unlessRefused(() => readText(files, join(directory, "config.json")), undefined),
        );
        const texts = await Promise.all(read);
        return listed.filter((_, at) => !/"quantization":(?:"|null|\[)/.test(texts[at] ?? ""));
      },
    }),
  }),
];
