import { join, resolve } from "node:path";
import { type FileSystem, MARKER_NAME, type ModelManager } from "../../../spec/mod.ts";
import { exists, readBytes, readText } from "../../disk/mod.ts";
import { type Miniature, miniature, type StartedWith } from "../miniature.ts";

const INDEX = "model.safetensors.index.json";

/** Miniatures that check a model for loading and touch what they must not, or refuse what is sound. */
export const loadingMiniatures: readonly Miniature[] = [
  miniature("opens_outside", {
    mistake: "Opens whatever the index of a model names, wherever it is.",
    breaks: ["LOAD-CONFINED"],
    wrapManager: (manager, started) => ({
      check: checkAfter(manager, started, async (files, directory) => {
        const text = await readText(files, join(directory, INDEX));
        if (text === undefined || !text.startsWith("{")) return;
        const { weight_map: map = {} } = JSON.parse(text) as {
          weight_map?: Record<string, string>;
        };
        for (const path of Object.values(map)) {
          const place = resolve(directory, path);
          const isOutside = !place.startsWith(directory);
          if (isOutside && (await exists(files, place))) await readBytes(files, place);
        }
      }),
    }),
  }),
  miniature("counts_packed_words", {
    mistake: "Counts the words of packed weights as parameters.",
    breaks: ["LOAD-FACTS"],
    wrapManager: (manager) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const isPacked = report.quantization !== undefined;
        const parameterCount = Math.floor(report.parameterCount / 8);
        return isPacked ? { ...report, parameterCount } : report;
      },
    }),
  }),
  miniature("reads_evicted", {
    mistake: "Reads a file whose data was evicted to the cloud.",
    breaks: ["LOAD-EVICTED"],
    wrapManager: (manager, started) => ({
      check: checkAfter(manager, started, async (files, directory) => {
        for (const name of await files.readdir(directory)) {
          const place = join(directory, name);
          const { kind, sizeBytes, allocatedBytes } = await files.lstat(place);
          const isEvicted = kind === "file" && sizeBytes > 0 && allocatedBytes === 0;
          if (isEvicted) await readBytes(files, place);
        }
      }),
    }),
  }),
  miniature("lists_every_layer", {
    mistake: "Lists a finding for each layer of the configuration that has no weights.",
    breaks: ["LOAD-LIMIT"],
    wrapManager: (manager, { host }) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const text = (await readText(host.files, join(report.directory, "config.json"))) ?? "";
        const count = Number(/"num_hidden_layers": ?(\d{1,10})/.exec(text)?.[1] ?? 0);
        const [first] = report.findings;
        if (count <= 10_000 || first === undefined) return report;
        const length = Math.min(count, 20_000);
        const more = Array.from({ length }, () => first);
        return { ...report, findings: [...report.findings, ...more] };
      },
    }),
  }),
  miniature("passes_over_endless_layers", {
    mistake: "Calls a model loadable whose configuration has more layers than it looks for.",
    breaks: ["LOAD-TENSORS"],
    shownBy: ["load/endless_files"],
    wrapManager: (manager, { host }) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const text = (await readText(host.files, join(report.directory, "config.json"))) ?? "";
        const count = Number(/"num_hidden_layers": ?(\d{1,10})/.exec(text)?.[1] ?? 0);
        return count > 10_000 ? { ...report, loadable: true, findings: [] } : report;
      },
    }),
  }),
  miniature("passes_over_parts", {
    mistake: "Does not look at how long the weights of a pipeline of diffusion are.",
    breaks: ["LOAD-TRUNCATED"],
    shownBy: ["load/other_kinds"],
    wrapManager: (manager) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const isPassedOver = report.findings.some(({ cause }) => cause === "truncated");
        return report.kind === "diffusion" && isPassedOver
          ? { ...report, loadable: true, findings: [] }
          : report;
      },
    }),
  }),
  miniature("believes_numbers_alone", {
    mistake: "Names a missing shard only where its name has a number.",
    breaks: ["LOAD-SHARD"],
    shownBy: ["load/odd_shards"],
    wrapManager: (manager) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const findings = report.findings.filter(
          ({ cause, path }) => cause !== "missing-shard" || /-of-\d+\./.test(path),
        );
        return { ...report, findings };
      },
    }),
  }),
  miniature("opens_code", {
    mistake: "Opens the code that comes with a model.",
    breaks: ["LOAD-INERT"],
    wrapManager: (manager, started) => ({
      check: checkAfter(manager, started, async (files, directory) => {
        for (const name of await files.readdir(directory))
          if (name.endsWith(".py")) await readBytes(files, join(directory, name));
      }),
    }),
  }),
  miniature("wants_an_index", {
    mistake: "Refuses every model that has no index.",
    // A model that was downloaded must load after any crash, and not every one has an index.
    breaks: ["LOAD-SOUND", "DUR-SUCCESS"],
    wrapManager: (manager, { host }) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const isThere = await exists(host.files, join(report.directory, INDEX));
        if (isThere || !report.loadable) return report;
        const detail = "The index is not there";
        const finding = { cause: "missing-shard", path: INDEX, detail, level: "error" } as const;
        return { ...report, loadable: false, findings: [...report.findings, finding] };
      },
    }),
  }),
  miniature("knows_no_record_of_others", {
    mistake: "Compares bytes with its own record alone, and passes over the official client's.",
    breaks: ["LOAD-FLIPPED"],
    shownBy: ["load/flipped_bit"],
    wrapManager: (manager, { host }) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const { directory } = report;
        if (await exists(host.files, join(directory, MARKER_NAME))) return report;
        const findings = report.findings.filter(({ cause }) => cause !== "hash");
        return { ...report, findings, loadable: findings.every(({ level }) => level !== "error") };
      },
    }),
  }),
];

/** The `check` of a manager, after something else was done in the model's directory. */
function checkAfter(
  manager: ModelManager,
  { host }: StartedWith,
  act: (files: FileSystem, directory: string) => Promise<void>,
): ModelManager["check"] {
  return async (request, options) => {
    const directory = await manager.locate(request);
    if (directory !== undefined) await act(host.files, directory);
    return manager.check(request, options);
  };
}
