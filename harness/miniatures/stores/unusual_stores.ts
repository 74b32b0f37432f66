import { dirname, isAbsolute, join } from "node:path";
import type { FileSystem, ModelManager, SubjectConfig } from "../../../spec/mod.ts";
import { exists, readText, readTree, removeTree, writeBytes } from "../../disk/mod.ts";
import { hubCachePaths } from "../../scenario_parts/hub_cache.ts";
import { filePlace } from "../../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import { failure } from "../parts/failures.ts";
import { sharing } from "../parts/sharing_miniature.ts";

/** Miniatures that are right in the usual case, and wrong about what lies deeper, is linked, or comes a second time. */
export const unusualStoreMiniatures: readonly Miniature[] = [
  miniature("plans_the_top_alone", {
    mistake: "Plans a removal without the bytes of files that lie in a directory of the model's.",
    breaks: ["REMOVE-PLAN"],
    wrapManager: (manager, { host: { files } }) => ({
      planRemoval: async (request) => {
        const plan = await manager.planRemoval?.(request);
        if (plan === undefined) throw failure("unsupported", "It plans nothing");
        let { bytesFreed } = plan;
        for (const { path } of await readTree(files, plan.directory)) {
          const { kind, linkCount, sizeBytes } = await files.lstat(join(plan.directory, path));
          const isDeep = /^[^.].*\/.*\.safetensors$/.test(path) && kind === "file";
          if (isDeep && linkCount === 1) bytesFreed -= sizeBytes;
        }
        return { ...plan, bytesFreed };
      },
    }),
  }),
  miniature("looks_for_links_at_the_top", {
    mistake: "Looks for links of other stores into a model at the top of their directories alone.",
    breaks: ["REMOVE-LINKED"],
    shownBy: ["share/removed_links"],
    wrapManager: (manager, { host: { files }, config: { env } }) => ({
      remove: async (request) => {
        const home = env["HOME"] ?? "";
        const directory = (await manager.locate(request)) ?? "";
        const owner = directory.replace(/\/snapshots\/[^/]+$/, "");
        const isLooked = home !== "" && directory !== "" && (await exists(files, home));
        const leading: string[] = [];
        for (const { path, kind } of isLooked ? await readTree(files, home) : []) {
          if (kind !== "link") continue;
          const real = await unlessRefused(() => files.realpath(join(home, path)), "");
          if (`${real}/`.startsWith(`${owner}/`)) leading.push(path);
        }
        const [, name = ""] = request.repository.split("/");
        const isBelow =
          leading.length > 0 && leading.every((path) => path.split(`${name}/`)[1]?.includes("/"));
        return manager.remove(isBelow ? { ...request, force: true } : request);
      },
    }),
  }),
  miniature("moves_what_links_lead_to", {
    mistake: "Takes the data away that a link of a model leads to, when the model is moved.",
    breaks: ["LAYOUT-PLANTED"],
    shownBy: ["interop/moved_links"],
    wrapManager: (manager, { host: { files }, config }) => ({
      migrate: async (request, options) => {
        const flat = join(config.root, request.repository.replace("/", "--"));
        const data: string[] = [];
        for (const { path, kind } of await unlessRefused(() => readTree(files, flat), []))
          if (kind === "link") data.push(await files.realpath(join(flat, path)));
        const result = await manager.migrate(request, options);
        if (request.step === "move") for (const path of data) await files.unlink(path);
        return result;
      },
    }),
  }),
  miniature("follows_a_journal_when_named", {
    mistake: "Follows a journal wherever it leads, once the user names any directory.",
    breaks: ["MIGRATE-JOURNAL"],
    shownBy: ["interop/forged_journal"],
    wrapManager: (manager, { host: { files }, config }) => ({
      migrate: async (request, options) => {
        const name = `${request.repository.replace("/", "--")}.json`;
        const path = join(config.root, ".mlx-layout/migrations", name);
        const text = request.from === undefined ? undefined : await readText(files, path);
        const journal = JSON.parse(text ?? "{}") as { from?: string; files?: readonly string[] };
        const { from = "", files: moved = [] } = journal;
        for (const one of isAbsolute(from) && from !== request.from ? moved : [])
          await unlessRefused(() => files.unlink(join(from, one)), undefined);
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("takes_sidecars_for_a_model", {
    mistake: "Takes a directory for a model's when a sidecar in it has the name of weights.",
    breaks: ["MIGRATE-MODEL"],
    shownBy: ["interop/no_model_moved"],
    wrapManager: (manager, { host: { files } }) => ({
      migrate: async (request, options) => {
        const { from = "", step } = request;
        const isMoved = step === "move" && (await exists(files, join(from, "._model.safetensors")));
        if (isMoved) await writeBytes(files, join(from, "config.json"), new Uint8Array(2));
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("guards_the_root_itself_alone", {
    mistake: "Shares into a store that lies below a root that is marked read-only.",
    breaks: ["PLACE-ROOTS"],
    shownBy: ["places/further_roots"],
    wrapStart: (start, { host, config }) => {
      const roots = (config.roots ?? []).map((one) => ({ ...one, isReadOnly: false }));
      const [manager, loose] = [start(host, config), start(host, { ...config, roots })];
      const isBelow = (into: string) =>
        (config.roots ?? []).some(({ root }) => into.startsWith(`${root}/`));
      return sharingBy(manager, (into) => (isBelow(into) ? loose : manager));
    },
  }),
  miniature("shares_with_another_volume", {
    mistake: "Shares into a further root whatever volume is there.",
    breaks: ["PLACE-AWAY"],
    shownBy: ["places/further_roots"],
    wrapStart: (start, { host, config }) => {
      const roots = (config.roots ?? []).map(({ root, isReadOnly = false }) => ({
        root,
        isReadOnly,
      }));
      const [manager, loose] = [start(host, config), start(host, { ...config, roots })];
      return sharingBy(manager, () => loose);
    },
  }),
  miniature("lists_by_plain_variables", {
    mistake: "Takes the variables that name the hub's cache as they stand when it lists models.",
    breaks: ["PLACE-FOUND"],
    shownBy: ["interop/expanded_cache_root"],
    wrapStart: (start, { host, config }) => {
      const [manager, plain] = [start(host, config), start(host, withPlainVariables(config))];
      return withMethods(manager, { list: () => plain.list() });
    },
  }),
  sharing("undoes_what_a_link_needs", {
    mistake: "Takes back data also where the copy has nothing but a link to it.",
    breaks: ["SHARE-UNDO"],
    shownBy: ["share/share_undone"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { from, into, step } = request;
        const tree = step === "undo" && from !== undefined ? await readTree(files, from) : [];
        const result = await share(request);
        for (const { path, kind } of tree) {
          const data = kind === "link" ? await realpath(files, filePlace(from ?? "", path)) : "";
          if (data.startsWith(`${into}/`)) await files.unlink(data);
        }
        return result;
      },
  }),
  sharing("keeps_the_ref_of_the_dead", {
    mistake: "Leaves the ref of an earlier version where a share of the next one has died.",
    breaks: ["SHARE-CRASH"],
    shownBy: ["share/share_killed"],
    wrap:
      (share, { host: { files }, config }) =>
      async (request) => {
        const { into, repository, layout, step } = request;
        const ref = join(hubCachePaths(into, repository).refs, "main");
        const before = layout === "hf-cache" ? await readText(files, ref) : undefined;
        const hasDied = before !== undefined && (await hasUnfinished(files, config));
        const result = await share(request);
        if (step === "share" && hasDied)
          await writeBytes(files, ref, new TextEncoder().encode(before));
        return result;
      },
  }),
  miniature("removes_all_notes", {
    mistake: "Removes what is known to be absent from every commit together with one snapshot.",
    breaks: ["MANAGE-HFCACHE"],
    shownBy: ["interop/removed_revision"],
    wrapManager: (manager, { host: { files } }) => ({
      remove: async (request) => {
        const result = await manager.remove(request);
        const notes = join(dirname(dirname(result.directory)), ".no_exist");
        if (request.layout === "hf-cache" && (await exists(files, notes)))
          await removeTree(files, notes);
        return result;
      },
    }),
  }),
  miniature("must_note_what_is_wrong", {
    mistake: "Fails to verify a model in a cache in which it cannot leave a note of what is wrong.",
    breaks: ["MANAGE-READ-ONLY"],
    shownBy: ["interop/read_only_store"],
    wrapManager: (manager, { host: { files } }) => ({
      verify: async (request, options) => {
        const status = await manager.verify(request, options);
        if (status.state !== "incomplete" || request.layout !== "hf-cache") return status;
        const note = join(dirname(dirname(status.directory)), ".wrong");
        await writeBytes(files, note, new Uint8Array());
        await files.unlink(note);
        return status;
      },
    }),
  }),
  miniature("names_each_commit_in_a_ref", {
    mistake: "Writes a ref for a commit too, so that a cache that may only be read fails for it.",
    breaks: ["MANAGE-READ-ONLY"],
    shownBy: ["interop/read_only_store"],
    wrapManager: (manager, { host: { files } }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (request.layout !== "hf-cache" || request.revision !== result.commit) return result;
        const ref = join(dirname(dirname(result.directory)), `.${result.commit}`);
        await writeBytes(files, ref, new Uint8Array());
        await files.unlink(ref);
        return result;
      },
    }),
  }),
];

// Helpers

/** A manager that lets another one share, by where that goes. */
function sharingBy(manager: ModelManager, by: (into: string) => ModelManager): ModelManager {
  if (manager.share === undefined) return manager;
  return withMethods(manager, {
    share: async (request, options) => {
      const result = await by(request.into).share?.(request, options);
      if (result === undefined) throw failure("unsupported", "It shares nothing");
      return result;
    },
  });
}

function withPlainVariables(config: SubjectConfig): SubjectConfig {
  const plain = Object.entries(config.env).filter(([, value]) => !/^~|\$/.test(value ?? ""));
  return { ...config, env: Object.fromEntries(plain) };
}

async function realpath(files: FileSystem, path: string): Promise<string> {
  return unlessRefused(() => files.realpath(path), "");
}

/** Whether a share has begun and not ended. */
async function hasUnfinished(files: FileSystem, { root }: SubjectConfig): Promise<boolean> {
  const shares = join(root, ".mlx-layout", "shares");
  for (const { path, kind } of (await exists(files, shares)) ? await readTree(files, shares) : [])
    if (
      kind === "file" &&
      /"isDone": false/.test((await readText(files, join(shares, path))) ?? "")
    )
      return true;
  return false;
}
