import { isAbsolute, join } from "node:path";
import { exists, readText, readTree, writeBytes } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { failure } from "./parts/failures.ts";
import { unlessRefused } from "./parts/disk_steps.ts";

const STATE = ".cache/mlx-layout";
const HOUR_MS = 3_600_000;

/** Miniatures that trust a directory which somebody else has prepared. */
export const plantedMiniatures: readonly Miniature[] = [
  miniature("tidies_through_a_link", {
    mistake: "Empties the directory that a link in the place of one for its own state leads to.",
    breaks: ["LAYOUT-PLANTED"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        for (const part of ["tmp", "partial", "locks"]) {
          const place = join(modelPlace(config, request.repository), STATE, part);
          if (!(await exists(files, place)) || (await files.lstat(place)).kind !== "link") continue;
          for (const name of await unlessRefused(() => files.readdir(place), []))
            await unlessRefused(() => files.unlink(join(place, name)), undefined);
        }
        return manager.download(request, options);
      },
    }),
  }),
  miniature("starts_a_shared_file_anew", {
    mistake: "Cuts a file of its own state to nothing, also where its data has another name.",
    breaks: ["LAYOUT-PLANTED"],
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        const partials = join(modelPlace(config, request.repository), STATE);
        for (const { path } of await unlessRefused(() => readTree(files, partials), [])) {
          const place = join(partials, path);
          const { kind, linkCount } = await files.lstat(place);
          if (kind !== "file" || linkCount === 1) continue;
          const file = await files.open(place, "r+");
          await file.truncate(0);
          await file.close();
        }
        return manager.download(request, options);
      },
    }),
  }),
  miniature("clears_the_way_behind_a_link", {
    mistake: "Removes what is in the new place before a move, also where a link leads there.",
    breaks: ["LAYOUT-PLANTED"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      migrate: async (request, options) => {
        const place = modelPlace({ root }, request.repository, { layout: request.layout });
        const isThere = request.step === "move" && (await exists(files, place));
        if (isThere && (await files.realpath(place)) !== place)
          for (const { path, kind } of await unlessRefused(() => readTree(files, place), []))
            if (kind === "file") await files.unlink(join(place, path));
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("waits_for_a_fifo", {
    mistake: "Waits for the other end of a FIFO in the place of a marker.",
    breaks: ["LAYOUT-SPECIAL"],
    wrapManager: (manager, { host: { files, clock }, config }) => ({
      status: async (request) => {
        const marker = join(modelPlace(config, request.repository), ".downloaded");
        const isThere = await exists(files, marker);
        if (isThere && (await files.lstat(marker)).kind === "other") await clock.sleep(HOUR_MS);
        return manager.status(request);
      },
    }),
  }),
  miniature("lists_nothing_beside_a_fifo", {
    mistake: "Lists no model at all when a marker of one cannot be read.",
    breaks: ["MANAGE-BAD-ENTRY"],
    wrapManager: (manager, { host: { files }, config }) => ({
      list: async () => {
        const entries = await unlessRefused(() => readTree(files, config.root), []);
        if (entries.some(({ kind }) => kind === "other"))
          throw failure("disk-io", "Cannot list the models: an entry cannot be read");
        return manager.list();
      },
    }),
  }),
  writesBeforeItRefuses("writes_git_before_it_refuses", {
    mistake: "Has written a file of git's own directory before it refuses it.",
    breaks: ["LAYOUT-GIT"],
    isWritten: (file) => file.startsWith(".git/"),
  }),
  writesBeforeItRefuses("writes_streams_before_it_refuses", {
    mistake: "Has written a file whose name has a colon before it refuses it.",
    breaks: ["LAYOUT-HIDDEN"],
    isWritten: (file) => file.startsWith("config.json:"),
  }),
  miniature("follows_any_journal", {
    mistake: "Removes what a journal names as moved already, wherever that is.",
    breaks: ["MIGRATE-JOURNAL"],
    wrapManager: (manager, { host: { files }, config }) => ({
      migrate: async (request, options) => {
        const name = `${request.repository.replace("/", "--")}.json`;
        const text = await readText(files, join(config.root, ".mlx-layout/migrations", name));
        const journal = JSON.parse(text ?? "{}") as { from?: string; files?: readonly string[] };
        const { from = "", files: moved = [] } = journal;
        if (isAbsolute(from))
          for (const path of moved)
            await unlessRefused(() => files.unlink(join(from, path)), undefined);
        return manager.migrate(request, options);
      },
    }),
  }),
];

// Helpers

function writesBeforeItRefuses(
  name: string,
  {
    isWritten,
    ...facts
  }: Pick<Miniature, "mistake" | "breaks"> & { readonly isWritten: (file: string) => boolean },
): Miniature {
  return miniature(name, {
    ...facts,
    wrapManager: (manager, { host: { files }, config }) => ({
      download: async (request, options) => {
        try {
          return await manager.download(request, options);
        } catch (error) {
          const { file = "" } = asFailure(error) ?? {};
          if (isWritten(file)) {
            const place = join(modelPlace(config, request.repository), file);
            await unlessRefused(() => writeBytes(files, place, new Uint8Array(1)), undefined);
          }
          throw error;
        }
      },
    }),
  });
}
