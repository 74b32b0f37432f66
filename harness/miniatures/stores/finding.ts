import { delimiter, join } from "node:path";
import { type DiagnoseRequest, type ModelManager, type Store, STORES } from "../../../spec/mod.ts";
import { exists, writeBytes } from "../../disk/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import { failure } from "../parts/failures.ts";
import { askInVain } from "../parts/hub_exchanges.ts";

/** Miniatures that look for models in the stores of other tools wrongly. */
export const findingMiniatures: readonly Miniature[] = [
  miniature("sees_only_its_own", {
    mistake: "Lists no model of another tool's store.",
    breaks: ["PLACE-FOUND"],
    wrapManager: (manager) => ({
      list: async () => (await manager.list()).filter(({ store }) => store === undefined),
    }),
  }),
  miniature("takes_every_store_for_its_own", {
    mistake: "Lists models of other tools' stores without saying whose they are.",
    breaks: ["PLACE-FOUND"],
    wrapManager: (manager) => ({
      list: async () =>
        (await manager.list()).map((model) => {
          const anonymous = { ...model };
          Reflect.deleteProperty(anonymous, "store");
          return anonymous;
        }),
    }),
  }),
  miniature("notes_what_it_found", {
    mistake: "Keeps a note of each listing in the user's home.",
    breaks: ["PLACE-NO-WRITE"],
    wrapManager: (manager, { host, config }) => ({
      list: async () => {
        const home = config.env["HOME"];
        const listed = await manager.list();
        if (home === undefined || !(await exists(host.files, home))) return listed;
        const note = join(home, `listed-${Math.floor(host.random() * 1e9)}.json`);
        await unlessRefused(() => writeBytes(host.files, note, new Uint8Array(2)), undefined);
        return listed;
      },
    }),
  }),
  miniature("takes_what_is_mounted", {
    mistake: "Takes whatever is at the root's path for the root.",
    breaks: ["PLACE-AWAY"],
    wrapStart: (start, { host, config }) => {
      const forgetful = { ...config };
      Reflect.deleteProperty(forgetful, "volume");
      return start(host, forgetful);
    },
  }),
  miniature("forgets_further_roots", {
    mistake: "Looks for models below the first root alone.",
    breaks: ["PLACE-ROOTS"],
    wrapStart: (start, { host, config }) => start(host, { ...config, roots: [] }),
  }),
  miniature("takes_roots_backwards", {
    mistake: "Lets the last of the further roots go first.",
    breaks: ["PLACE-ROOTS"],
    wrapStart: (start, { host, config }) =>
      start(host, { ...config, roots: (config.roots ?? []).toReversed() }),
  }),
  miniature("writes_into_marked_roots", {
    mistake: "Does not heed that a root is marked read-only.",
    breaks: ["PLACE-ROOTS"],
    wrapStart: (start, { host, config }) => {
      const roots = (config.roots ?? []).map((one) => ({ ...one, isReadOnly: false }));
      return start(host, { ...config, roots });
    },
  }),
  miniature("marks_others_alone", {
    mistake: "Heeds that a further root is marked read-only, and not that the first one is.",
    breaks: ["PLACE-ROOTS"],
    shownBy: ["places/further_roots"],
    wrapStart: (start, { host, config }) => start(host, { ...config, isReadOnly: false }),
  }),
  miniature("takes_what_is_in_its_place", {
    mistake: "Takes whatever is at the path of a further root for that root.",
    breaks: ["PLACE-AWAY"],
    shownBy: ["places/further_roots"],
    wrapStart: (start, { host, config }) => {
      const roots = (config.roots ?? []).map(({ root, isReadOnly = false }) => ({
        root,
        isReadOnly,
      }));
      return start(host, { ...config, roots });
    },
  }),
  miniature("finds_all_in_order", {
    mistake: "Finds nothing wrong with any copy.",
    breaks: ["DOCTOR-CAUSE"],
    wrapManager: (manager) => ({
      diagnose: async (request) => {
        const found = await manager.diagnose?.(request);
        return { models: found?.models ?? 0, findings: [] };
      },
    }),
  }),
  miniature("suspects_what_is_sound", {
    mistake: "Finds an error in every copy.",
    breaks: ["DOCTOR-CAUSE"],
    wrapManager: (manager, { config }) => ({
      diagnose: async (request) => {
        const found = await manager.diagnose?.(request);
        const directory = request.directory ?? (await whereIs(manager, request)) ?? config.root;
        const made = {
          cause: "bad-template",
          level: "error",
          directory,
          repository: undefined,
          detail: "its template is broken",
          mend: undefined,
        } as const;
        return { models: found?.models ?? 0, findings: [...(found?.findings ?? []), made] };
      },
    }),
  }),
  miniature("mends_nothing", {
    mistake: "Says that it took a step, and takes none.",
    breaks: ["DOCTOR-MEND"],
    wrapManager: (manager) => ({ ...(manager.mend && { mend: async () => {} }) }),
  }),
  miniature("asks_before_it_diagnoses", {
    mistake: "Asks the hub something before it examines what is on the disk.",
    breaks: ["DOCTOR-LOCAL"],
    wrapManager: (manager, { host, config }) => ({
      diagnose: async (request) => {
        await askInVain(host, config, "api/models/mlx-community/x/revision/main");
        return (await manager.diagnose?.(request)) ?? { models: 0, findings: [] };
      },
    }),
  }),
  miniature("plans_by_the_size", {
    mistake: "Counts data that has another name elsewhere as bytes that a removal frees.",
    breaks: ["REMOVE-PLAN"],
    wrapManager: (manager) => ({
      planRemoval: async (request) => {
        const plan = await manager.planRemoval?.(request);
        if (plan === undefined) throw failure("unsupported", "It plans nothing");
        return { ...plan, bytesFreed: plan.bytesFreed + plan.bytesShared, bytesShared: 0 };
      },
    }),
  }),
  miniature("plans_nothing_without_bytes", {
    mistake: "Finds nothing to remove where no bytes would come free.",
    breaks: ["REMOVE-PLAN"],
    shownBy: ["places/removal_plan"],
    wrapManager: (manager) => ({
      planRemoval: async (request) => {
        const plan = await manager.planRemoval?.(request);
        if (plan === undefined || plan.bytesFreed === 0)
          throw failure(
            "not-downloaded",
            `Cannot remove "${request.repository}": nothing is there`,
          );
        return plan;
      },
    }),
  }),
  miniature("moves_any_directory", {
    mistake: "Moves whatever directory it is told to.",
    breaks: ["MIGRATE-MODEL"],
    wrapManager: (manager, { host }) => ({
      migrate: async (request, options) => {
        const { from, step } = request;
        if (from === undefined || step !== "move" || !(await exists(host.files, from)))
          return manager.migrate(request, options);
        const config = join(from, "config.json");
        if (await exists(host.files, config)) return manager.migrate(request, options);
        // What it takes for a model it makes one first.
        await unlessRefused(() => writeBytes(host.files, config, new Uint8Array(2)), undefined);
        return manager.migrate(request, options);
      },
    }),
  }),
  miniature("mends_in_its_own_root", {
    mistake: "Downloads what is wrong with a copy of a further root below its own.",
    breaks: ["DOCTOR-MEND"],
    shownBy: ["places/diagnosed"],
    wrapManager: (manager) => ({
      mend: async (step, options) => {
        const elsewhere = { ...step };
        if (elsewhere.operation === "download") Reflect.deleteProperty(elsewhere, "root");
        await manager.mend?.(elsewhere, options);
      },
    }),
  }),
  miniature("takes_every_variable_for_a_list", {
    mistake:
      "Divides the value of every variable that names a store, and not of those alone that are lists.",
    breaks: ["PLACE-FOUND"],
    shownBy: ["places/found_in_stores"],
    wrapStart: (start, { host, config }) => {
      const directories = Object.values<Store>(STORES).flatMap((store) => store.directories);
      const isNamed = (name: string) =>
        !name.endsWith("DIRS") && directories.some((one) => one.split("/")[0] === `$${name}`);
      const env = Object.fromEntries(
        Object.entries(config.env).map(([name, value]) => [
          name,
          isNamed(name) ? value?.split(delimiter)[0] : value,
        ]),
      );
      return start(host, { ...config, env });
    },
  }),
];

async function whereIs(
  manager: ModelManager,
  { repository }: DiagnoseRequest,
): Promise<string | undefined> {
  return repository === undefined ? undefined : manager.locate({ repository });
}
