import { join, resolve } from "node:path";
import type { FileSystem, MigrationResult } from "../../../spec/mod.ts";
import { exists, readBytes, readText, readTree, writeBytes } from "../../disk/mod.ts";
import { modelPlace } from "../../scenario_parts/places.ts";
import { asFailure } from "../../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";

/** What is planned where there is nothing to move. */
const NOTHING_PLANNED: Pick<MigrationResult, "from" | "to" | "files"> = {
  from: "",
  to: "",
  files: [],
};

/** Miniatures that move models wrongly. */
export const movingMiniatures: readonly Miniature[] = [
  miniature("moves_by_copy", {
    mistake: "Copies what it could link or rename, and so needs space for every model twice.",
    breaks: ["MIGRATE-PLAN"],
    wrapStart: (start, { host, config }) => {
      const { files } = host;
      const copying: FileSystem = {
        ...files,
        link: async (source, target) => writeBytes(files, target, await readBytes(files, source)),
      };
      const manager = start(host, config);
      const mover = start({ ...host, files: copying }, config);
      return withMethods(manager, {
        migrate: (request, options) =>
          (request.step === "move" ? mover : manager).migrate(request, options),
      });
    },
  }),
  miniature("gives_up_what_differs", {
    mistake: "Takes a file for moved as soon as its new place has one of that name.",
    breaks: ["MIGRATE-SAFE", "DUR-MIGRATE"],
    wrapManager: (manager, { host: { files } }) => ({
      migrate: async (request, options) => {
        if (request.step === "plan") return manager.migrate(request, options);
        const plan = async () => manager.migrate({ ...request, step: "plan" });
        const { from, to, files: paths } = await unlessRefused(plan, NOTHING_PLANNED);
        for (const path of paths) {
          const [source, target] = [join(from, path), join(to, path)];
          if (!(await exists(files, target)) || !(await exists(files, source))) continue;
          const [one, two] = [await readBytes(files, source), await readBytes(files, target)];
          if (Buffer.compare(one, two) !== 0) await files.unlink(source);
        }
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("says_done_half_way", {
    mistake: "Says of every move that it only plans that all of it is done.",
    breaks: ["MIGRATE-PLAN"],
    shownBy: ["interop/migration", "interop/migration_killed"],
    wrapManager: (manager) => ({
      migrate: async (request, options) => {
        const result = await manager.migrate(request, options);
        return request.step === "plan" ? { ...result, isDone: true } : result;
      },
    }),
  }),
  miniature("cannot_go_back", {
    mistake: "Moves models one way only.",
    breaks: ["MIGRATE-SAFE"],
    wrapManager: (manager) => ({
      migrate: (request, options) => {
        const isUndo = request.step === "undo";
        return manager.migrate(isUndo ? { ...request, step: "plan" } : request, options);
      },
    }),
  }),
  miniature("goes_on_within_its_root_only", {
    mistake: "Begins to move a model from outside the root, and does not go on with that.",
    breaks: ["MIGRATE-SAFE"],
    shownBy: ["interop/migration_killed"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      migrate: async ({ from, ...request }, options) => {
        const isOutside = from !== undefined && !from.startsWith(root);
        const records = await readTree(files, join(root, ".mlx-layout"));
        const isBegun = records.some(({ path }) => path.endsWith(".json"));
        const isNamed = from !== undefined && !(isOutside && isBegun);
        return manager.migrate({ ...request, ...(isNamed && { from }) }, options);
      },
    }),
  }),
  miniature("moves_over_what_is_there", {
    mistake: "Moves a model over files that another tool has put into its new place.",
    breaks: ["MIGRATE-SAFE"],
    shownBy: ["interop/changed_meanwhile"],
    wrapManager: (manager, { host: { files }, config }) => ({
      migrate: async (request, options) => {
        try {
          return await manager.migrate(request, options);
        } catch (error) {
          const { repository, step, layout = "hubapi" } = request;
          if (step !== "move" || asFailure(error)?.code !== "access-denied") throw error;
          const to = modelPlace(config, repository, { layout });
          for (const { path, kind } of await readTree(files, to))
            if (kind === "file") await files.unlink(join(to, path));
          return manager.migrate(request, options);
        }
      },
    }),
  }),
  miniature("follows_any_file_of_a_journal", {
    mistake: "Goes on with whatever files a journal names, also ones outside the model.",
    breaks: ["MIGRATE-JOURNAL"],
    shownBy: ["interop/forged_journal"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      migrate: async (request, options) => {
        const journal = join(
          root,
          ".mlx-layout/migrations",
          `${request.repository.replace("/", "--")}.json`,
        );
        const text = (await readText(files, journal)) ?? "{}";
        const {
          from = "",
          to = "",
          files: moved = [],
        } = JSON.parse(text) as Partial<MigrationResult>;
        const source = request.step === "undo" ? to : from;
        for (const path of moved)
          if (path.startsWith(".."))
            await unlessRefused(() => files.unlink(resolve(root, source, path)), undefined);
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("finds_out_while_it_moves", {
    mistake: "Sees that a file is in its way only once it has given others their new places.",
    breaks: ["MIGRATE-SAFE"],
    shownBy: ["interop/changed_meanwhile"],
    wrapManager: (manager, { host: { files }, config }) => ({
      migrate: async (request, options) => {
        try {
          return await manager.migrate(request, options);
        } catch (error) {
          const { repository, from, step, layout = "hubapi" } = request;
          const code = asFailure(error)?.code;
          if (step !== "move" || from !== undefined || code !== "access-denied") throw error;
          const source = join(config.root, repository.replace("/", "--"));
          const target = modelPlace(config, repository, { layout });
          for (const { path, kind } of await readTree(files, source))
            if (
              kind === "file" &&
              !path.includes("/") &&
              !(await exists(files, join(target, path)))
            )
              await unlessRefused(
                () => files.link(join(source, path), join(target, path)),
                undefined,
              );
          throw error;
        }
      },
    }),
  }),
  miniature("forgets_why_it_stopped", {
    mistake: "Says of a move that the disk refused only that it stopped.",
    breaks: ["ERROR-KIND"],
    shownBy: ["interop/refused_move"],
    wrapManager: (manager) => ({
      migrate: async (request, options) => {
        try {
          return await manager.migrate(request, options);
        } catch (error) {
          const isOfDisk = ["disk-full", "disk-io"].includes(asFailure(error)?.code ?? "");
          throw isOfDisk ? new Error("The move stopped", { cause: error }) : error;
        }
      },
    }),
  }),
];
