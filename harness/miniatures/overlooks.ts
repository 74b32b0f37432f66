import type { CheckCause, CheckFinding, CheckReport, RequirementId } from "../../spec/mod.ts";
import type { Miniature } from "./miniature.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** One thing that a check may be blind to. */
interface Blindness {
  readonly id: RequirementId;
  /** What it does not see, in words. */
  readonly to: string;
  readonly causes: readonly CheckCause[];
  /** Findings of these causes that it does see all the same: they are about another requirement. */
  readonly sees?: (finding: CheckFinding) => boolean;
}

const isConfig = ({ path }: CheckFinding) => path === "config.json";

const BLINDNESSES: readonly Blindness[] = [
  { id: "LOAD-CONFIG", to: "a broken configuration", causes: ["missing-config", "bad-config"] },
  { id: "LOAD-TRUNCATED", to: "a cut file", causes: ["truncated"] },
  { id: "LOAD-TRAILING", to: "bytes after the last tensor", causes: ["trailing-bytes"] },
  { id: "LOAD-ZEROED", to: "a hole", causes: ["zeroed"] },
  { id: "LOAD-NAN", to: "values that are no numbers", causes: ["not-a-number"] },
  { id: "LOAD-FLIPPED", to: "a turned bit", causes: ["hash"] },
  { id: "LOAD-SIDECAR", to: "a sidecar of macOS", causes: ["appledouble"] },
  { id: "LOAD-POINTER", to: "a pointer of git-lfs", causes: ["lfs-pointer"], sees: isConfig },
  { id: "LOAD-HTML", to: "a web page", causes: ["html"], sees: isConfig },
  { id: "LOAD-EMPTY", to: "an empty file", causes: ["empty"], sees: isConfig },
  { id: "LOAD-EVICTED", to: "data that is in the cloud", causes: ["evicted"] },
  { id: "LOAD-LINK", to: "a link that leads astray", causes: ["broken-link", "outside-directory"] },
  { id: "LOAD-EXTENTS", to: "extents that lie", causes: ["overlap", "out-of-range"] },
  {
    id: "LOAD-HEADER",
    to: "a header that lies",
    causes: ["header-too-large", "bad-header", "duplicate-tensor"],
  },
  { id: "LOAD-SHAPES", to: "a wrong shape", causes: ["dtype", "shape", "quantization"] },
  { id: "LOAD-SHARD", to: "a missing shard", causes: ["missing-weights", "missing-shard"] },
  {
    id: "LOAD-TENSORS",
    to: "a tensor too few or too many",
    causes: ["missing-tensor", "extra-tensor", "unsupported-architecture"],
  },
  { id: "LOAD-STRAY", to: "weights of another model", causes: ["foreign-weights"] },
  {
    id: "LOAD-TOKENIZER",
    to: "a broken tokenizer",
    causes: ["missing-tokenizer", "bad-tokenizer", "missing-tokenizer-config"],
  },
  { id: "LOAD-TEMPLATE", to: "a broken template", causes: ["bad-template"] },
];

/** Checks that are blind to one thing each: a liar of its own for every requirement on what is refused. */
export const overlooks: readonly Miniature[] = BLINDNESSES.map((blindness) =>
  lyingAnswers(
    {
      name: `overlooks_${blindness.id.slice("LOAD-".length).toLowerCase()}`,
      lie: `Examines a directory and overlooks ${blindness.to}.`,
      breaks: [blindness.id],
    },
    (manager) => ({
      check: async (request, options) => blinded(await manager.check(request, options), blindness),
    }),
  ),
);

function blinded(report: CheckReport, { causes, sees }: Blindness): CheckReport {
  const findings = report.findings.filter(
    (finding) => !causes.includes(finding.cause) || sees?.(finding) === true,
  );
  if (findings.length === report.findings.length) return report;
  const isRefused = findings.some(({ level }) => level === "error");
  return { ...report, findings, loadable: !isRefused };
}
