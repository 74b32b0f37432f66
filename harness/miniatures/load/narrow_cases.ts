import { join } from "node:path";
import {
  type CheckFinding,
  type CheckReport,
  type FileSystem,
  METADATA_DIRECTORY,
  type RequirementId,
} from "../../../spec/mod.ts";
import { exists, readText, readTree } from "../../disk/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import { changed, checking } from "./narrow_checks.ts";

/** A check that is led astray by what stands beside. */
interface NarrowCase {
  readonly name: string;
  readonly mistake: string;
  readonly breaks: RequirementId;
  readonly shownBy: string;
  /** Of which findings one may be lost. */
  readonly cause: CheckFinding["cause"];
  /** Whether it is. */
  readonly isLost: (
    finding: CheckFinding,
    given: { readonly report: CheckReport; readonly files: FileSystem },
  ) => boolean | Promise<boolean>;
}

const CASES: readonly NarrowCase[] = [
  {
    name: "enters_directories_outside",
    mistake: "Asks of a link whether it leads out only where it leads to a file.",
    breaks: "LOAD-LINK",
    shownBy: "load/wrong_links",
    cause: "outside-directory",
    isLost: async ({ path }, { report, files }) =>
      (await files.stat(join(report.directory, path))).kind === "directory",
  },
  {
    name: "believes_a_neighbours_record",
    mistake: "Takes a weight file for what was published because another one is.",
    breaks: "LOAD-ZEROED",
    shownBy: "load/zeroed_block",
    cause: "zeroed",
    isLost: async ({ path }, { report, files }) => {
      const hasRecord = (one: string) =>
        exists(files, join(report.directory, METADATA_DIRECTORY, `${one}.metadata`));
      const known = await Promise.all(report.weightFiles.map(hasRecord));
      return known.includes(true) && !(await hasRecord(path));
    },
  },
  {
    name: "knows_zeros_of_few_architectures",
    mistake: "Asks of few architectures whether their weights are data.",
    breaks: "LOAD-ZEROED",
    shownBy: "load/zeroed_block",
    cause: "zeroed",
    isLost: (_, { report }) =>
      !["llama", "mistral", "qwen2", "qwen3"].includes(report.architecture ?? ""),
  },
  {
    name: "packs_what_is_kept",
    mistake: "Takes a layer for packed that the configuration keeps as it is.",
    breaks: "LOAD-SHAPES",
    shownBy: "load/other_families",
    cause: "quantization",
    isLost: ({ detail }) => detail.endsWith("but the configuration says that it is not"),
  },
  {
    name: "passes_over_surplus_biases",
    mistake: "Takes biases for a part of each layer that is packed.",
    breaks: "LOAD-TENSORS",
    shownBy: "load/wrong_tensors",
    cause: "extra-tensor",
    isLost: ({ detail }) => detail.includes('.biases"'),
  },
  {
    name: "passes_over_what_is_named_like_a_layer",
    mistake: "Takes a layer too many for one of the model's.",
    breaks: "LOAD-TENSORS",
    shownBy: "load/wrong_tensors",
    cause: "extra-tensor",
    isLost: ({ detail }) => detail.includes(".layers.7."),
  },
  {
    name: "misses_one_file_at_a_time",
    mistake: "Names no missing shard where another one cannot be read.",
    breaks: "LOAD-SHARD",
    shownBy: "load/odd_shards",
    cause: "missing-shard",
    isLost: (_, { report }) => report.findings.some(({ cause }) => cause === "truncated"),
  },
  {
    name: "counts_the_layers_of_text",
    mistake:
      "Asks of the layers for text whether a number is left out, and not of those for images.",
    breaks: "LOAD-TENSORS",
    shownBy: "load/unlisted_types",
    cause: "missing-tensor",
    isLost: ({ detail }) => detail.includes('"vision_tower.'),
  },
  {
    name: "looks_no_further_for_a_template",
    mistake: "Looks for no chat template behind a file that could have one and has none.",
    breaks: "LOAD-TEMPLATE",
    shownBy: "load/broken_template",
    cause: "bad-template",
    isLost: ({ path }, { report, files }) =>
      path === "tokenizer_config.json" &&
      exists(files, join(report.directory, "chat_template.json")),
  },
  {
    name: "asks_no_part_for_text",
    mistake: "Does not know how many tokens a model has whose configuration says it in a part.",
    breaks: "LOAD-TOKENIZER",
    shownBy: "load/broken_tokenizer",
    cause: "bad-tokenizer",
    isLost: async (_, { report, files }) =>
      (await readText(files, join(report.directory, "config.json")))?.includes("text_config") ===
      true,
  },
];

/** Miniatures that judge a file well, and not beside another one. */
export const narrowCaseMiniatures: readonly Miniature[] = [
  ...CASES.map(({ name, mistake, breaks, shownBy, cause, isLost }) =>
    miniature(name, {
      mistake,
      breaks: [breaks],
      shownBy: [shownBy],
      wrapManager: (manager, { host: { files } }) =>
        checking(manager, async (report) => {
          const lost = new Set<CheckFinding>();
          for (const finding of report.findings) {
            if (finding.cause !== cause) continue;
            if (await isLost(finding, { report, files })) lost.add(finding);
          }
          return changed(report, (one) => (lost.has(one) ? undefined : one));
        }),
    }),
  ),
  miniature("opens_what_few_runtimes_open", {
    mistake: "Opens an index and the settings of a processor wherever their data is.",
    breaks: ["LOAD-EVICTED"],
    shownBy: ["load/evicted_files"],
    wrapManager: (manager, { host: { files } }) =>
      checking(manager, async (report) => {
        for (const name of ["model.safetensors.index.json", "preprocessor_config.json"])
          await readText(files, join(report.directory, name));
        return report;
      }),
  }),
  miniature("knows_one_kind_of_hash", {
    mistake: "Takes what git's hash names in a hub's cache for something of somebody else.",
    breaks: ["LOAD-SOUND"],
    shownBy: ["load/wrong_links"],
    wrapManager: (manager, { host: { files } }) =>
      checking(manager, async (report) => {
        const { directory } = report;
        for (const { path, kind } of await readTree(files, directory)) {
          if (kind !== "link" || directory.includes("models--")) continue;
          const real = await unlessRefused(() => files.realpath(join(directory, path)), "");
          if (!/\/blobs\/[0-9a-f]{40}$/.test(real)) continue;
          const detail = `The link leads out to "${real}"`;
          const fault = { cause: "outside-directory", path, detail, level: "error" } as const;
          return { ...report, findings: [...report.findings, fault], loadable: false };
        }
        return report;
      }),
  }),
  miniature("takes_the_groups_of_all", {
    mistake: "Takes the general group size for a layer whose own entry leaves it out.",
    breaks: ["LOAD-SOUND"],
    shownBy: ["load/sound_model"],
    wrapManager: (manager, { host: { files } }) =>
      checking(manager, async (report) => {
        const text = (await readText(files, join(report.directory, "config.json"))) ?? "";
        const isShort = /"model\.[^"]*": ?\{(?![^}]*group_size)/.test(text);
        const isOther = /"group_size": ?(?:32|128)/.test(text);
        if (!isShort || !isOther) return report;
        const detail = "A layer has other groups than its shapes";
        const fault = {
          cause: "quantization",
          path: "config.json",
          detail,
          level: "error",
        } as const;
        return { ...report, findings: [...report.findings, fault], loadable: false };
      }),
  }),
];
