import { basename, delimiter, dirname, join } from "node:path";
import type { ServedAnswer, SubjectConfig } from "../../../spec/mod.ts";
import { exists, readTree, removeTree } from "../../disk/mod.ts";
import { hubCachePaths } from "../../scenario_parts/hub_cache.ts";
import { type Miniature, miniature, withMethods } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import { failure } from "../parts/failures.ts";
import { serving } from "../parts/served_answers.ts";
import { sharing } from "../parts/sharing_miniature.ts";

/** Miniatures that are right in the place that comes to mind first, and wrong in another one. */
export const otherPlaceMiniatures: readonly Miniature[] = [
  miniature("remembers_damage_by_sizes", {
    mistake: "Refuses a model that it has refused once as long as no name or size changes.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager, { host: { files }, config: { root } }) => {
      const refusals = new Map<string, { readonly look: string; readonly answer: ServedAnswer }>();
      return serving(manager, async (request, server) => {
        const { target } = request;
        const tree = await unlessRefused(() => readTree(files, root), []);
        const look = tree.map(({ path, sizeBytes }) => `${path} ${sizeBytes}`).join();
        const known = refusals.get(target);
        if (known?.look === look) return known.answer;
        const answer = await server.answer(request);
        if (answer.status === 404 && target.includes("/Offered-4bit"))
          refusals.set(target, { look, answer: { ...answer, body: null } });
        return answer;
      });
    },
  }),
  miniature("plans_what_another_commit_keeps", {
    mistake:
      "Counts contents that another commit has too as bytes that one commit's removal frees.",
    breaks: ["REMOVE-PLAN"],
    shownBy: ["places/removal_plan"],
    wrapManager: (manager, { host: { files } }) => ({
      planRemoval: async (request) => {
        const plan = await manager.planRemoval?.(request);
        if (plan === undefined) throw failure("unsupported", "It plans nothing");
        const { directory } = plan;
        if (request.revision === undefined || !directory.includes("/snapshots/")) return plan;
        let bytesFreed = 0;
        for (const { path, kind } of await readTree(files, directory))
          if (kind !== "directory")
            bytesFreed += (await files.stat(join(directory, path))).sizeBytes;
        return { ...plan, bytesFreed };
      },
    }),
  }),
  miniature("takes_a_prefix_for_the_model", {
    mistake: "Takes a link into a model whose name begins with another one's for one into that.",
    breaks: ["REMOVE-ALL"],
    shownBy: ["share/removed_links"],
    wrapManager: (manager, { host: { files }, config: { env } }) => ({
      remove: async (request) => {
        const home = env["HOME"];
        const directory = await manager.locate(request);
        const isLooked = home !== undefined && directory !== undefined && request.force !== true;
        for (const { path, kind } of isLooked ? await readTree(files, home) : []) {
          const real =
            kind === "link"
              ? await unlessRefused(() => files.realpath(join(home ?? "", path)), "")
              : "";
          if (directory !== undefined && real.startsWith(directory))
            throw failure("access-denied", `Cannot remove "${directory}": "${path}" leads there`);
        }
        return manager.remove(request);
      },
    }),
  }),
  miniature("looks_for_links_to_models_alone", {
    mistake: "Removes a model although another store has a link to its organization's directory.",
    breaks: ["REMOVE-LINKED"],
    shownBy: ["share/removed_links"],
    wrapManager: (manager, { host: { files }, config: { env } }) => ({
      remove: async (request) => {
        const home = env["HOME"] ?? "";
        const organization = dirname((await manager.locate(request)) ?? "");
        let isForced = request.force === true;
        for (const { path, kind } of home === "" ? [] : await readTree(files, home))
          if (kind === "link")
            isForced ||=
              (await unlessRefused(() => files.realpath(join(home, path)), "")) === organization;
        return manager.remove({ ...request, force: isForced });
      },
    }),
  }),
  miniature("removes_the_other_case", {
    mistake:
      "Removes from a cache what the volume takes for the model, in whatever case its name is.",
    breaks: ["REMOVE-NEIGHBOURS"],
    shownBy: ["layout/case_of_ids"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      remove: async (request) => {
        const place = hubCachePaths(root, request.repository).repository;
        const isInCache = request.layout === "hf-cache" && (await exists(files, place));
        if (isInCache && !(await files.readdir(root)).includes(basename(place)))
          await removeTree(files, place);
        return manager.remove(request);
      },
    }),
  }),
  miniature("moves_out_of_marked_roots", {
    mistake: "Moves a model out of a root that is marked read-only.",
    breaks: ["PLACE-ROOTS"],
    shownBy: ["places/further_roots"],
    wrapStart: (start, { host, config }) => {
      const roots = (config.roots ?? []).map((one) => ({ ...one, isReadOnly: false }));
      const loose = start(host, { ...config, roots });
      return withMethods(start(host, config), {
        migrate: (request, options) => loose.migrate(request, options),
      });
    },
  }),
  sharing("writes_names_as_they_are", {
    mistake:
      "Shares with a store under the name of the repository, however that store writes names.",
    breaks: ["SHARE-VISIBLE"],
    shownBy: ["share/shared"],
    wrap: (share) => (request) => {
      const plain = { ...request };
      Reflect.deleteProperty(plain, "naming");
      return share(plain);
    },
  }),
  sharing("plans_by_every_duplicate", {
    mistake:
      "Counts each duplicate that gives way as room that comes free, whatever other names it has.",
    breaks: ["SHARE-PLAN"],
    shownBy: ["share/shared"],
    wrap: (share) => async (request) => {
      const result = await share(request);
      const replaced = result.files.filter(({ way }) => way === "replace");
      const bytesFreed = replaced.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { ...result, bytesFreed };
    },
  }),
  miniature("takes_a_list_for_one_directory", {
    mistake: "Takes the first directory of a variable that is a list, and no other.",
    breaks: ["PLACE-FOUND"],
    shownBy: ["places/found_in_stores"],
    wrapStart: (start, { host, config }) => {
      const short = start(host, withFirstOfLists(config));
      return withMethods(start(host, config), { list: () => short.list() });
    },
  }),
  miniature("reads_no_settings", {
    mistake: "Looks for the models of a tool where that keeps them when nobody has chosen a place.",
    breaks: ["PLACE-FOUND"],
    shownBy: ["places/found_in_stores"],
    wrapManager: (manager) => ({
      list: async () =>
        (await manager.list()).filter(
          ({ directory }) => !directory.includes("/named by settings/"),
        ),
    }),
  }),
  miniature("looks_for_halves_in_one_cache", {
    mistake: "Looks for downloads that ended half-way in the hub's own cache, and in no app's.",
    breaks: ["DOCTOR-CAUSE"],
    shownBy: ["places/half_downloads"],
    wrapManager: (manager) => ({
      diagnose: async (request) => {
        const { models = 0, findings = [] } = (await manager.diagnose?.(request)) ?? {};
        const isKept = ({ directory }: { readonly directory: string }) =>
          !directory.includes("/Library/");
        return { models, findings: findings.filter(isKept) };
      },
    }),
  }),
  miniature("tidies_nothing", {
    mistake: "Says that it has tidied a directory, and has not.",
    breaks: ["DOCTOR-MEND"],
    shownBy: ["places/warned"],
    wrapManager: (manager) => ({
      mend: async (step, options) => {
        if (step.operation !== "tidy") await manager.mend?.(step, options);
      },
    }),
  }),
  miniature("shares_beside_the_duplicate", {
    mistake: "Shares with the store of a duplicate under another name than that has there.",
    breaks: ["DOCTOR-MEND"],
    shownBy: ["places/warned"],
    wrapManager: (manager) => ({
      mend: async (step, options) => {
        const plain = { ...step };
        Reflect.deleteProperty(plain, "naming");
        await manager.mend?.(plain, options);
      },
    }),
  }),
  miniature("discards_beside_the_model", {
    mistake: "Looks for a partial content in the model's own directory when it discards it.",
    breaks: ["DOCTOR-MEND"],
    shownBy: ["places/half_downloads"],
    wrapManager: (manager) => ({
      mend: async (step, options) => {
        const isElsewhere =
          step.operation === "discard" && step.paths.some((path) => path.includes("/blobs/"));
        if (!isElsewhere) await manager.mend?.(step, options);
      },
    }),
  }),
  miniature("believes_the_names_of_contents", {
    mistake: "Mends a content of the hub's cache by looking at its name and its size.",
    breaks: ["DOCTOR-MEND"],
    shownBy: ["places/diagnosed"],
    wrapManager: (manager) => ({
      mend: async (step, options) => {
        const quick = { ...step };
        const isInCache = step.operation === "download" && step.layout === "hf-cache";
        if (isInCache) Reflect.deleteProperty(quick, "verify");
        await manager.mend?.(quick, options);
      },
    }),
  }),
];

// Helpers

function withFirstOfLists(config: SubjectConfig): SubjectConfig {
  const env = Object.entries(config.env).map(([name, value]) => [
    name,
    name.endsWith("DIRS") ? value?.split(delimiter)[0] : value,
  ]);
  return { ...config, env: Object.fromEntries(env) as SubjectConfig["env"] };
}
