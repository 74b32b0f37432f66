import { join } from "node:path";
import type { CheckFinding, CheckReport, ModelManager, RequirementId } from "../../../spec/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";

/** A check that sees a thing in one place or form of it and not in another. */
interface NarrowCheck {
  readonly name: string;
  readonly mistake: string;
  readonly breaks: RequirementId;
  readonly shownBy: string;
  /** What becomes of a finding; undefined where it is not made. */
  readonly change: (finding: CheckFinding) => CheckFinding | undefined;
}

const NARROW: readonly NarrowCheck[] = [
  {
    name: "takes_a_page_for_a_template",
    mistake: "Does not ask whether a chat template is a web page.",
    breaks: "LOAD-HTML",
    shownBy: "load/html_file",
    change: (finding) =>
      finding.cause === "html" && finding.path.endsWith(".jinja") ? undefined : finding,
  },
  {
    name: "takes_small_gaps_for_padding",
    mistake: "Takes a gap of less than eight bytes between two tensors for one that aligns them.",
    breaks: "LOAD-EXTENTS",
    shownBy: "load/lying_extents",
    change: (finding) =>
      finding.cause === "out-of-range" && /, [1-7] bytes after the one/.test(finding.detail)
        ? undefined
        : finding,
  },
  {
    name: "writes_five_digits",
    mistake: "Names a missing shard by a number of five digits, whatever the others have.",
    breaks: "LOAD-SHARD",
    shownBy: "load/odd_shards",
    change: (finding) =>
      finding.cause === "missing-shard"
        ? { ...finding, path: finding.path.replace(/\d+(?=-of-)/, (at) => at.padStart(5, "0")) }
        : finding,
  },
  {
    name: "sees_sidecars_at_the_top",
    mistake: "Takes a sidecar of macOS in a directory of its own for weights.",
    breaks: "LOAD-SIDECAR",
    shownBy: "load/sidecar",
    change: (finding) => (finding.path.includes("/._") ? { ...finding, level: "error" } : finding),
  },
  {
    name: "passes_over_bad_sectors",
    mistake: "Passes over a weight file that the disk does not give.",
    breaks: "LOAD-UNREADABLE",
    shownBy: "load/unreadable_files",
    change: (finding) =>
      finding.cause === "unreadable" && finding.path.endsWith(".safetensors") ? undefined : finding,
  },
  {
    name: "takes_any_scales_of_one_byte",
    mistake: "Does not ask whether scales of one byte are data.",
    breaks: "LOAD-ZEROED",
    shownBy: "load/zeroed_block",
    change: (finding) =>
      finding.cause === "zeroed" && finding.detail.includes(".scales") ? undefined : finding,
  },
];

/** Miniatures that check a model in most of its forms, or once. */
export const narrowCheckMiniatures: readonly Miniature[] = [
  ...NARROW.map(({ name, mistake, breaks, shownBy, change }) =>
    miniature(name, {
      mistake,
      breaks: [breaks],
      shownBy: [shownBy],
      wrapManager: (manager) => checking(manager, (report) => changed(report, change)),
    }),
  ),
  miniature("looks_at_links_only", {
    mistake: "Asks of a link, and not of what it leads to, whether its data is on the disk.",
    breaks: ["LOAD-EVICTED"],
    shownBy: ["load/evicted_files"],
    wrapManager: (manager, { host: { files } }) =>
      checking(manager, async (report) => {
        const links = new Set<string>();
        for (const { cause, path } of report.findings) {
          if (cause !== "evicted") continue;
          const { kind } = await files.lstat(join(report.directory, path));
          if (kind === "link") links.add(path);
        }
        return changed(report, (one) =>
          one.cause === "evicted" && links.has(one.path) ? undefined : one,
        );
      }),
  }),
  miniature("keeps_what_it_hashed", {
    mistake: "Hashes a model once, and believes that for as long as it runs.",
    breaks: ["LOAD-FLIPPED"],
    shownBy: ["load/flipped_bit"],
    wrapManager: (manager) => {
      const sound = new Set<string>();
      return checking(manager, (report) => {
        if (sound.has(report.directory))
          return changed(report, (one) => (one.cause === "hash" ? undefined : one));
        if (report.loadable) sound.add(report.directory);
        return report;
      });
    },
  }),
];

/** A check whose report is made another one. */
export function checking(
  manager: ModelManager,
  change: (report: CheckReport) => CheckReport | Promise<CheckReport>,
): Partial<ModelManager> {
  return {
    check: async (request, options) => change(await manager.check(request, options)),
  };
}

/** A report whose findings are others, and which is as loadable as they say. */
export function changed(report: CheckReport, change: NarrowCheck["change"]): CheckReport {
  const findings = report.findings.flatMap((finding) => change(finding) ?? []);
  return { ...report, findings, loadable: findings.every(({ level }) => level !== "error") };
}
