import type { CheckCause, CheckFinding, CheckReport } from "../../spec/mod.ts";

/** What a refusal has to say. */
export interface WantedRefusal {
  /** Any one of these. */
  readonly causes: readonly CheckCause[];
  /** Any one of these, relative to the directory. @default {any path} */
  readonly paths?: readonly string[] | undefined;
  /** Texts of which the detail has to have one. @default {no matter} */
  readonly mentions?: readonly string[] | undefined;
}

/**
 * Why a report does not refuse a directory as the law wants it; undefined when it does.
 *
 * Numbers and names are looked for in the detail, its wording is not.
 */
export function lacksRefusal(report: CheckReport, wanted: WantedRefusal): string | undefined {
  const { causes, paths, mentions } = wanted;
  const isRight = ({ cause, path, detail, level }: CheckFinding) =>
    level === "error" &&
    causes.includes(cause) &&
    (paths === undefined || paths.includes(path)) &&
    (mentions === undefined || mentions.some((text) => hasText(detail, text)));
  if (report.findings.some(isRight)) {
    return report.loadable ? "it is called loadable in spite of its errors" : undefined;
  }
  const found = report.findings.map(
    ({ cause, path, detail, level }) => `${level} ${cause} ${path}: ${detail}`,
  );
  return [
    `no error with cause ${[...new Set(causes)].join(" or ")}`,
    ...(paths === undefined ? [] : [`for ${paths.join(" or ")}`]),
    ...(mentions === undefined ? [] : [`that names ${mentions.slice(0, 6).join(" or ")}`]),
    `; found: ${found.join("; ") || "nothing"}`,
  ].join(" ");
}

/** Whether a text has another, not as part of a longer name or number. */
function hasText(detail: string, text: string): boolean {
  // Thousands may be set apart.
  const plain = detail.replace(/(\d)[,_'\u202f](?=\d{3}(?!\d))/g, "$1");
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w.])${escaped}(?![\\w]|\\.\\w)`, "u").test(plain);
}
