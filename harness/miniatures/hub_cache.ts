import { basename, dirname, join, resolve } from "node:path";
import { exists, readBytes, readText, readTree, removeTree, writeBytes } from "../disk/mod.ts";
import { hubCachePaths } from "../scenario_parts/hub_cache.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";

const LISTING = /\/api\/models\/([^/]+)\/([^/]+)\/tree\/([0-9a-f]{40})$/;
/** A content, or a link of a snapshot to one. */
const CONTENT = /\/(?:blobs|snapshots)\/.*(?:\/[0-9a-f]{40,64}|\.safetensors)$/;
const KNOWN_NAMES = new Set(["blobs", "refs", "snapshots"]);

/** Miniatures that damage the hub's cache, or files of others beside a model. */
export const hubCacheMiniatures: readonly Miniature[] = [
  miniature("links_absolutely", {
    mistake: "Links the entries of a snapshot by absolute paths, which break when the cache moves.",
    breaks: ["LAYOUT-HFCACHE"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          await files.rename(source, target);
          if ((await files.lstat(target)).kind !== "link") return;
          const text = await files.readlink(target);
          await files.unlink(target);
          await files.symlink(resolve(dirname(target), text), target);
        },
      },
    }),
  }),
  miniature("ref_first", {
    mistake:
      "Writes the ref as soon as it knows the commit, before any file of the snapshot is there.",
    breaks: ["LAYOUT-REF-LAST"],
    wrapHost: (host, { config }) => ({
      fetch: async (url, request) => {
        const [, org, name, commit = ""] = LISTING.exec(new URL(url).pathname) ?? [];
        const repository = join(config.root, `models--${org}--${name}`);
        // Only where there is a cache already: a directory of nothing but a ref would show elsewhere too.
        if (name !== undefined && (await exists(host.files, repository))) {
          const ref = join(repository, "refs", "main");
          const write = () => writeBytes(host.files, ref, new TextEncoder().encode(commit));
          await unlessRefused(write, undefined);
        }
        return host.fetch(url, request);
      },
    }),
  }),
  miniature("opens_to_write", {
    mistake: "Opens what lies in the hub's cache to read and write, although it only reads.",
    breaks: ["MANAGE-READ-ONLY"],
    wrapHost: ({ files }, { config }) => ({
      files: {
        ...files,
        open: async (path, mode) => {
          const isContent = mode === "r" && path.startsWith(config.root) && CONTENT.test(path);
          return files.open(path, isContent && (await exists(files, path)) ? "r+" : mode);
        },
      },
    }),
  }),
  miniature("tidies_unknown", {
    mistake: "Removes what it does not know from a repository of the cache.",
    breaks: ["MANAGE-HFCACHE"],
    wrapManager: (manager, { host: { files } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const repository = join(result.directory, "..", "..");
        if (basename(repository).startsWith("models--") && (await exists(files, repository)))
          for (const name of await files.readdir(repository))
            if (!KNOWN_NAMES.has(name)) await removeTree(files, join(repository, name));
        return result;
      },
    }),
  }),
  miniature("lists_sizes_alone", {
    mistake: "Writes the listing of a commit in the hub's cache without the hashes of large files.",
    breaks: ["MANAGE-HFCACHE"],
    shownBy: ["interop/snapshot", "share/shared"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          if (/\/trees\/[0-9a-f]{40}\.json$/.test(target)) {
            const text = (await readText(files, source)) ?? "";
            const short = text.replace(/, *"lfs_sha256": *"[0-9a-f]{64}"/g, "");
            await writeBytes(files, source, new TextEncoder().encode(short));
          }
          await files.rename(source, target);
        },
      },
    }),
  }),
  miniature("tidies_up", {
    mistake: "Removes what the system left beside the files that it downloads.",
    breaks: ["LAYOUT-FOREIGN"],
    wrapManager: (manager, { host: { files } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        const { directory } = result;
        if (!(await exists(files, directory))) return result;
        for (const name of await unlessRefused(() => files.readdir(directory), []))
          if (name === ".DS_Store" || name.startsWith("._"))
            await unlessRefused(() => files.unlink(join(directory, name)), undefined);
        return result;
      },
    }),
  }),
  miniature("removes_one_ref", {
    mistake: "Removes one ref to the commit that it removes, and leaves the others.",
    breaks: ["MANAGE-HFCACHE"],
    shownBy: ["interop/removed_revision"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      remove: async (request) => {
        const isOne = request.layout === "hf-cache" && request.revision !== undefined;
        const refs = join(hubCachePaths(root, request.repository).repository, "refs");
        const before = new Map<string, Uint8Array>();
        for (const { path, kind } of isOne ? await readTree(files, refs) : [])
          if (kind === "file")
            before.set(join(refs, path), await readBytes(files, join(refs, path)));
        const result = await manager.remove(request);
        let isFirst = true;
        for (const [place, bytes] of before) {
          if (await exists(files, place)) continue;
          if (!isFirst) await writeBytes(files, place, bytes);
          isFirst = false;
        }
        return result;
      },
    }),
  }),
  miniature("removes_all_for_an_unknown_name", {
    mistake:
      "Removes every commit of the hub's cache where it does not know the one that is named.",
    breaks: ["REMOVE-NEIGHBOURS"],
    shownBy: ["interop/removed_revision"],
    wrapManager: (manager) => ({
      remove: async (request) => {
        const { repository, layout, revision } = request;
        try {
          return await manager.remove(request);
        } catch (error) {
          const isUnknown = asFailure(error)?.code === "not-downloaded";
          if (layout !== "hf-cache" || revision === undefined || !isUnknown) throw error;
          return manager.remove({ repository, layout });
        }
      },
    }),
  }),
];
