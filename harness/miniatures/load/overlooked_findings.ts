import type { CheckCause, CheckFinding, CheckReport, RequirementId } from "../../../spec/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";

/** A thing that a check overlooks. */
interface Oversight {
  readonly id: RequirementId;
  /** What it overlooks, in words. */
  readonly what: string;
  /** The causes of the findings that it leaves out. */
  readonly causes: readonly CheckCause[];
  /** Findings of these causes that it reports all the same: they are about another requirement. */
  readonly reports?: (finding: CheckFinding) => boolean;
}

const isConfig = ({ path }: CheckFinding) => path === "config.json";

const OVERSIGHTS: readonly Oversight[] = [
  { id: "LOAD-CONFIG", what: "a broken configuration", causes: ["missing-config", "bad-config"] },
  { id: "LOAD-TRUNCATED", what: "a truncated file", causes: ["truncated"] },
  { id: "LOAD-TRAILING", what: "bytes after the last tensor", causes: ["trailing-bytes"] },
  { id: "LOAD-ZEROED", what: "a zeroed block", causes: ["zeroed"] },
  { id: "LOAD-NAN", what: "values that are not numbers", causes: ["not-a-number"] },
  { id: "LOAD-FLIPPED", what: "a flipped bit", causes: ["hash"] },
  { id: "LOAD-SIDECAR", what: "a sidecar file of macOS", causes: ["appledouble"] },
  { id: "LOAD-POINTER", what: "a git-lfs pointer", causes: ["lfs-pointer"], reports: isConfig },
  { id: "LOAD-HTML", what: "a web page", causes: ["html"], reports: isConfig },
  { id: "LOAD-EMPTY", what: "an empty file", causes: ["empty"], reports: isConfig },
  { id: "LOAD-UNREADABLE", what: "a file that the disk does not give", causes: ["unreadable"] },
  { id: "LOAD-EVICTED", what: "data that is in the cloud", causes: ["evicted"] },
  { id: "LOAD-LINK", what: "a broken link", causes: ["broken-link", "outside-directory"] },
  { id: "LOAD-EXTENTS", what: "wrong extents of tensors", causes: ["overlap", "out-of-range"] },
  {
    id: "LOAD-HEADER",
    what: "a wrong header",
    causes: ["header-too-large", "bad-header", "duplicate-tensor"],
  },
  { id: "LOAD-SHAPES", what: "a wrong shape", causes: ["dtype", "shape", "quantization"] },
  { id: "LOAD-SHARD", what: "a missing shard", causes: ["missing-weights", "missing-shard"] },
  {
    id: "LOAD-TENSORS",
    what: "a missing or an extra tensor",
    causes: ["missing-tensor", "extra-tensor", "unsupported-architecture"],
  },
  { id: "LOAD-CODE", what: "code in place of an architecture", causes: ["model-code"] },
  { id: "LOAD-STRAY", what: "weights of another model", causes: ["foreign-weights"] },
  {
    id: "LOAD-TOKENIZER",
    what: "a broken tokenizer",
    causes: ["missing-tokenizer", "bad-tokenizer", "missing-tokenizer-config"],
  },
  { id: "LOAD-TEMPLATE", what: "a broken template", causes: ["bad-template"] },
];

/** Miniatures that check a model and overlook one kind of damage each, and one that overlooks all of them. */
export const overlookedFindingMiniatures: readonly Miniature[] = [
  ...OVERSIGHTS.map((oversight) =>
    miniature(`overlooks_${oversight.id.slice("LOAD-".length).toLowerCase()}`, {
      mistake: `Checks a model and overlooks ${oversight.what}.`,
      breaks: [oversight.id],
      wrapManager: (manager) => ({
        check: async (request, options) =>
          withoutFindings(await manager.check(request, options), oversight),
      }),
    }),
  ),
  miniature("calls_anything_loadable", {
    mistake: "Reports every directory as loadable.",
    // What a crash left unfinished is loadable to it as well.
    breaks: [...OVERSIGHTS.map(({ id }) => id), "DUR-STATES"],
    wrapManager: (manager) => ({
      check: async (request, options) => ({
        ...(await manager.check(request, options)),
        loadable: true,
        findings: [],
      }),
    }),
  }),
];

function withoutFindings(report: CheckReport, { causes, reports }: Oversight): CheckReport {
  const findings = report.findings.filter(
    (finding) => !causes.includes(finding.cause) || reports?.(finding) === true,
  );
  if (findings.length === report.findings.length) return report;
  const isRefused = findings.some(({ level }) => level === "error");
  return { ...report, findings, loadable: !isRefused };
}
