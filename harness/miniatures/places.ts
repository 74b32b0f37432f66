import { join } from "node:path";
import { MARKER_NAME, type ModelRequest } from "../../spec/mod.ts";
import { readText } from "../disk/mod.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { unlessRefused, writeDurably } from "./parts/disk_steps.ts";

/** Miniatures that put a model in a wrong directory, or name a wrong one. */
export const placeMiniatures: readonly Miniature[] = [
  miniature("locates_elsewhere", {
    mistake: "Locates a model where the root would be if its name were in lower case.",
    // A migration states where the model will be looked for, and it is looked for elsewhere, beside further roots too.
    breaks: ["LAYOUT-AGREE", "MIGRATE-PLAN", "PLACE-ROOTS"],
    wrapManager: (manager, { host, config }) => ({
      locate: async (request) => {
        const located = await manager.locate(request);
        // Of a root that is a link the same answer would be about that link.
        const { kind } = await host.files.lstat(config.root).catch(() => ({ kind: "link" }));
        if (located === undefined || kind === "link") return located;
        return join(config.root.toLowerCase(), located.slice(config.root.length));
      },
    }),
  }),
  miniature("opens_elsewhere", {
    mistake: "Reports that it examined another directory than the download had named.",
    breaks: ["LAYOUT-AGREE"],
    wrapManager: (manager, { config }) => ({
      check: async (request, options) => ({
        ...(await manager.check(request, options)),
        directory: join(config.root, "..", "Caches", ...request.repository.split("/")),
      }),
    }),
  }),
  miniature("ignores_layout", {
    mistake: "Puts every model into layout hubapi, also when lmstudio was asked for.",
    // What was migrated into the other layout is not found there either.
    breaks: ["LAYOUT-PATH", "MIGRATE-PLAN"],
    wrapManager: (manager) => {
      const inHubapi = <Request extends ModelRequest>(request: Request): Request =>
        request.layout === "lmstudio" ? { ...request, layout: "hubapi" } : request;
      return {
        download: (request, options) => manager.download(inHubapi(request), options),
        locate: (request) => manager.locate(inHubapi(request)),
        status: (request) => manager.status(inHubapi(request)),
        verify: (request, options) => manager.verify(inHubapi(request), options),
        remove: (request) => manager.remove(inHubapi(request)),
        check: (request, options) => manager.check(inHubapi(request), options),
      };
    },
  }),
  miniature("returns_elsewhere", {
    mistake: "Reports success and returns another directory than the one that it wrote.",
    // A caller that looks for the parts of the model in the returned directory finds none.
    breaks: ["LAYOUT-PATH", "LAYOUT-REQUIRED"],
    wrapManager: (manager, { config }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (request.layout !== "lmstudio") return result;
        return { ...result, directory: modelPlace(config, request.repository) };
      },
    }),
  }),
  miniature("downloads_flat", {
    mistake: "Downloads an MLX repository into the flat layout when it is asked to.",
    breaks: ["LAYOUT-FLAT"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        if (request.layout !== "flat") return manager.download(request, options);
        const result = await manager.download({ ...request, layout: "hubapi" }, options);
        const directory = join(config.root, request.repository.split("/").at(-1) ?? "");
        await host.files.rename(result.directory, directory);
        return { ...result, directory };
      },
    }),
  }),
  miniature("forgets_misplaced", {
    mistake: "Lists a model of the flat layout and does not report where MLX would look.",
    breaks: ["LAYOUT-FLAT"],
    wrapManager: (manager) => ({
      list: async () =>
        (await manager.list()).map((listed) => ({ ...listed, misplaced: undefined })),
    }),
  }),
  miniature("absolute_state", {
    mistake: "Writes the path of the root into the marker.",
    breaks: ["LAYOUT-RELATIVE"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const marker = join(result.directory, MARKER_NAME);
        const text = await readText(host.files, marker);
        // Only once, so that a second download still changes nothing.
        if (text?.startsWith("{") && !text.includes("placeOfRoot")) {
          const root = `{"placeOfRoot":${JSON.stringify(config.root)},`;
          await writeDurably(host.files, marker, text.replace("{", root));
        }
        return result;
      },
    }),
  }),
  miniature("resolves_the_root", {
    mistake: "Returns the path behind a root that is a link, not the path that the caller knows.",
    breaks: ["LAYOUT-ROOT-LINK"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        // With a cache elsewhere there is no root.
        const root = await unlessRefused(() => host.files.realpath(config.root), config.root);
        if (!result.directory.startsWith(config.root)) return result;
        return { ...result, directory: root + result.directory.slice(config.root.length) };
      },
    }),
  }),
  miniature("writes_down_where_it_was", {
    mistake: "Writes down a migration with the whole path of the place that it empties.",
    breaks: ["LAYOUT-RELATIVE"],
    shownBy: ["layout/moved_root"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      migrate: async (request, options) => {
        const result = await manager.migrate(request, options);
        const name = `${request.repository.replace("/", "--")}.json`;
        const path = join(root, ".mlx-layout/migrations", name);
        const text = request.step === "move" ? await readText(files, path) : undefined;
        if (text === undefined) return result;
        const journal = { ...(JSON.parse(text) as object), from: result.from };
        await unlessRefused(() => writeDurably(files, path, JSON.stringify(journal)), undefined);
        return result;
      },
    }),
  }),
];
