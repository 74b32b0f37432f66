import { join } from "node:path";
import {
  type CheckFinding,
  type CheckReport,
  type FileSystem,
  METADATA_DIRECTORY,
  type RequirementId,
} from "../../../spec/mod.ts";
import { exists, readBytes, readText } from "../../disk/mod.ts";
import { splitSafetensors } from "../../models/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";
import { changed, checking } from "./narrow_checks.ts";

const WEIGHTS = "model.safetensors";
const FAMILIES: readonly string[] = ["llama", "mistral", "qwen2", "qwen3"];

/** A check that is alarmed by what is sound. */
interface FalseAlarm {
  readonly name: string;
  readonly mistake: string;
  readonly shownBy: string;
  readonly cause: CheckFinding["cause"];
  /** Whether it takes this for wrong. */
  readonly isAlarmed: (given: Given) => boolean | Promise<boolean>;
}

interface Given {
  readonly report: CheckReport;
  readonly files: FileSystem;
}

const ALARMS: readonly FalseAlarm[] = [
  {
    name: "wants_as_many_layers_for_images",
    mistake: "Takes the number of layers for text for that of the layers for images.",
    shownBy: "load/unlisted_types",
    cause: "missing-tensor",
    isAlarmed: async (given) => (await weightsOf(given)).includes('"vision_tower.encoder.layers.'),
  },
  {
    name: "reads_short_headers",
    mistake: "Takes a header of more than a MiB for one that no model has.",
    shownBy: "load/sound_model",
    cause: "header-too-large",
    isAlarmed: async ({ report, files }) => {
      for (const path of report.weightFiles) {
        const bytes = await readBytes(files, join(report.directory, path));
        const { byteLength } = bytes;
        if (byteLength > 8 && splitSafetensors(bytes).dataStartBytes > 1024 * 1024) return true;
      }
      return false;
    },
  },
  {
    name: "misses_what_was_tidied_up",
    mistake: "Misses a sidecar of which a client's record is left.",
    shownBy: "load/sound_model",
    cause: "missing-shard",
    isAlarmed: ({ report, files }) =>
      exists(files, join(report.directory, METADATA_DIRECTORY, "._model.safetensors.metadata")),
  },
  {
    name: "takes_pruned_weights_for_a_hole",
    mistake: "Takes any stretch of 64 zeros in a row for a part of a hole.",
    shownBy: "load/untrained_rows",
    cause: "zeroed",
    isAlarmed: async (given) => {
      // One that is no whole row, as those of dead neurons are.
      return /[^\0]\0{64,380}[^\0]/.test(await weightsOf(given)) && !(await hasZeroRow(given));
    },
  },
];

/** A check that overlooks one form of what it knows. */
interface Oversight {
  readonly name: string;
  readonly mistake: string;
  readonly breaks: RequirementId;
  readonly shownBy: string;
  readonly cause: CheckFinding["cause"];
  readonly isLost: (finding: CheckFinding, given: Given) => boolean | Promise<boolean>;
}

const OVERSIGHTS: readonly Oversight[] = [
  {
    name: "reads_no_entry_of_a_layer",
    mistake:
      "Asks of a layer of an unlisted type whether it is packed, and not whether as its entry says.",
    breaks: "LOAD-SHAPES",
    shownBy: "load/unlisted_types",
    cause: "shape",
    isLost: async (_, { report, files }) => {
      const text = (await readText(files, join(report.directory, "config.json"))) ?? "";
      return text.includes('"vision_config"') && /\.up_proj": ?\{/.test(text);
    },
  },
  {
    name: "infers_what_an_entry_says",
    mistake: "Takes a layer as its shapes are, whatever its own entry says.",
    breaks: "LOAD-SHAPES",
    shownBy: "load/other_families",
    cause: "quantization",
    isLost: ({ detail }, { report }) =>
      detail.includes("is packed as") && !FAMILIES.includes(report.architecture ?? ""),
  },
  {
    name: "takes_any_first_rows_for_reserved",
    mistake: "Takes rows of zeros at either end of any matrix for tokens that are only reserved.",
    breaks: "LOAD-ZEROED",
    shownBy: "load/untrained_rows",
    cause: "zeroed",
    isLost: async ({ path, detail }, { report, files }) => {
      const bytes = await readBytes(files, join(report.directory, path));
      const { entries, dataStartBytes } = splitSafetensors(bytes);
      const [from = 0, to = 0] =
        entries.get("model.layers.0.mlp.up_proj.weight")?.data_offsets ?? [];
      const start = dataStartBytes + from;
      const end = dataStartBytes + to;
      const isZero = (at: number) => bytes.subarray(at, at + 256).every((byte) => byte === 0);
      return detail.includes("up_proj.weight") && (isZero(start) || isZero(end - 256));
    },
  },
  {
    name: "finds_a_hash_in_a_name",
    mistake: "Takes whatever a hub's cache has with a hash in its name for a content of it.",
    breaks: "LOAD-LINK",
    shownBy: "load/wrong_links",
    cause: "outside-directory",
    isLost: async ({ path }, { report, files }) =>
      /\/models--[^/]+\/blobs\/[^/]*[0-9a-f]{40}/.test(
        await files.realpath(join(report.directory, path)),
      ),
  },
];

/** Miniatures that refuse a sound model by a rule that is too simple, or accept a wrong one by such a rule. */
export const hastyCheckMiniatures: readonly Miniature[] = [
  ...ALARMS.map(({ name, mistake, shownBy, cause, isAlarmed }) =>
    miniature(name, {
      mistake,
      breaks: ["LOAD-SOUND"],
      shownBy: [shownBy],
      wrapManager: (manager, { host: { files } }) =>
        checking(manager, async (report) => {
          // What is refused anyway may hold what cannot be read.
          if (!report.loadable || !(await isAlarmed({ report, files }))) return report;
          const alarm: CheckFinding = { cause, path: WEIGHTS, detail: mistake, level: "error" };
          return { ...report, findings: [...report.findings, alarm], loadable: false };
        }),
    }),
  ),
  ...OVERSIGHTS.map(({ name, mistake, breaks, shownBy, cause, isLost }) =>
    miniature(name, {
      mistake,
      breaks: [breaks],
      shownBy: [shownBy],
      wrapManager: (manager, { host: { files } }) =>
        checking(manager, async (report) => {
          const lost = new Set<CheckFinding>();
          for (const finding of report.findings)
            if (finding.cause === cause && (await isLost(finding, { report, files })))
              lost.add(finding);
          return changed(report, (one) => (lost.has(one) ? undefined : one));
        }),
    }),
  ),
  miniature("prefers_a_whole_set", {
    mistake: "Takes a set of shards of which none is lost for the model, whatever it lacks.",
    breaks: ["LOAD-STRAY"],
    shownBy: ["load/stray_weights"],
    wrapManager: (manager) =>
      checking(manager, (report) => {
        const strays = report.findings.filter(({ cause }) => cause === "foreign-weights");
        const isSet = strays.length === 2 && strays.every(({ path }) => path.includes("-of-00002"));
        return changed(report, (one) =>
          isSet && strays.includes(one) ? { ...one, path: WEIGHTS } : one,
        );
      }),
  }),
];

/** The bytes of the only weight file, one letter each. */
async function weightsOf({ report, files }: Given): Promise<string> {
  if (report.weightFiles.join() !== WEIGHTS) return "";
  return Buffer.from(await readBytes(files, join(report.directory, WEIGHTS))).toString("latin1");
}

/** Whether a matrix has a row of nothing but zeros. */
async function hasZeroRow(given: Given): Promise<boolean> {
  const { entries, data } = splitSafetensors(Buffer.from(await weightsOf(given), "latin1"));
  return [...entries.values()].some(({ shape: [rows = 1, columns], data_offsets: [from, to] }) => {
    if (columns === undefined) return false;
    const size = (to - from) / rows;
    return Array.from({ length: rows }, (_, at) => from + at * size).some((at) =>
      data.subarray(at, at + size).every((byte) => byte === 0),
    );
  });
}
