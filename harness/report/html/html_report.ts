import { createHash } from "node:crypto";
import type { RunRecord } from "../record/run_record.ts";
import { CELL_LOOKS, type CellState } from "./cell_state.ts";
import { Markup, markup } from "./markup.ts";
import { type PageColumn, pageColumns } from "./page_column.ts";
import { COLUMNS_MAX, pageMatrix } from "./page_matrix.ts";
import { PAGE_SCRIPT } from "./page_script.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { pageCards, pageDeviations, pageLegend } from "./page_summary.ts";

/** Options of {@linkcode htmlReport}. */
export interface HtmlReportOptions {
  /** @default {"mlx-layout conformance"} */
  readonly title?: string;
}

/**
 * Writes records as one self-contained HTML page: requirements by subjects, with the report, trace and replay of each
 * failure. Its content policy admits only its own style and script, so that no text of a record can become one.
 */
export function htmlReport(records: readonly RunRecord[], options: HtmlReportOptions = {}): string {
  const columns = pageColumns(records);
  const title = options.title ?? "mlx-layout conformance";
  const policy = `default-src 'none'; style-src '${digest(PAGE_STYLE)}'; script-src '${digest(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="How ${columns.length === 1 ? "an implementation holds" : `${columns.length} implementations hold`} the requirements for MLX models on disk">
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body${columns.length > COLUMNS_MAX && markup` class="many"`}>
<a class="skip" href="#matrix">Skip to the matrix</a>
<header><h1>${title}</h1>
<p class="lead">${leadOf(columns)}</p></header>
<main>
<section aria-labelledby="subjects"><h2 id="subjects">${columns.length === 1 ? "Subject" : "Subjects"}</h2>${pageCards(columns)}</section>
<section aria-labelledby="matrix"><h2 id="matrix" tabindex="-1">Requirements</h2>
${pageLegend()}
${filterForm(columns)}
${pageMatrix(columns)}</section>
${pageDeviations(columns)}
</main>
<footer><p>Made by <code>mlx-conform report</code> from the records of runs.</p></footer>
<script>${new Markup(PAGE_SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function leadOf(columns: readonly PageColumn[]): string {
  const count = Math.max(0, ...columns.map(({ standings }) => standings.size));
  const subjects = columns.length === 1 ? "one subject" : `${columns.length} subjects`;
  return `${count} requirements for MLX models on disk, and the results of ${subjects}. Open a requirement to see its scenarios and failures.`;
}

function filterForm(columns: readonly PageColumn[]): Markup {
  const requirements = columns.flatMap(({ record }) => record.requirements);
  const levels = [...new Set(requirements.map(({ level }) => level))];
  const areas = [...new Set(requirements.map(({ document }) => document))];
  const option = (value: string, label = value) =>
    markup`<option value="${value}">${label}</option>`;
  return markup`<form class="filter" role="search" aria-label="Filter the requirements">
<label class="wide">Text <input type="search" name="q" autocomplete="off" placeholder="id, words, scenario"></label>
<label>Level <select name="level">${option("", "every level")}${levels.map((level) => option(level))}</select></label>
<label>Status <select name="status">${option("", "every status")}${option("trouble", "not held")}${(
    Object.keys(CELL_LOOKS) as CellState[]
  ).map((state) => option(state, CELL_LOOKS[state].label))}</select></label>
<label>Area <select name="area">${option("", "every area")}${areas.map((area) => option(area))}</select></label>
<button type="reset">Clear</button>
<output name="count" role="status"></output>
</form>`;
}
