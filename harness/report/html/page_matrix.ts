import type { RecordRequirement } from "../record/run_record.ts";
import { CELL_LOOKS, cellState } from "./cell_state.ts";
import { Markup, markup } from "./markup.ts";
import { escapeMarkup } from "../formats/escape_markup.ts";
import type { PageColumn } from "./page_column.ts";
import { pageDrawer } from "./page_drawer.ts";

/** More columns than this do not fit on a desktop screen. */
export const COLUMNS_MAX = 8;

/**
 * The matrix: a row for each requirement, a column for each subject. The roles are explicit, as a table with another
 * layout on a narrow screen loses its own.
 */
export function pageMatrix(columns: readonly PageColumn[]): Markup {
  const requirements = requirementsOf(columns);
  const areas = [...new Set(requirements.map(({ document }) => document))];
  const table = markup`<table class="matrix" role="table" aria-label="Requirements and the result of each subject">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="corner">Requirement</th>${columns.map(
    ({ title, record, verdict }) =>
      markup`<th role="columnheader" scope="col"><span class="name">${breakable(title)}</span> <span class="version">${record.header.subject.version}</span> <span class="mark">${verdict}</span></th>`,
  )}</tr></thead>
${areas.map((area) =>
  areaBody(
    area,
    requirements.filter(({ document }) => document === area),
    columns,
  ),
)}
</table>`;
  // So many columns need sideways scrolling, by keyboard too.
  const isWide = columns.length > COLUMNS_MAX;
  return markup`${isWide ? markup`<div class="scroll" tabindex="0" role="group" aria-label="Matrix">${table}</div>` : table}
<p class="nothing" id="nothing" hidden>No requirement matches this filter.</p>`;
}

/** The requirements of all records, in the order of the first record that has them. */
function requirementsOf(columns: readonly PageColumn[]): RecordRequirement[] {
  const all = columns.flatMap(({ record }) => record.requirements);
  return [...new Map(all.toReversed().map((one) => [one.id, one])).values()].toReversed();
}

function areaBody(
  area: string,
  requirements: readonly RecordRequirement[],
  columns: readonly PageColumn[],
): Markup {
  return markup`<tbody role="rowgroup" data-area="${area}">
<tr role="row" class="area"><th role="columnheader" scope="rowgroup" colspan="${columns.length + 1}"><h3>${area}</h3></th></tr>
${requirements.map((requirement) => requirementRows(requirement, columns))}
</tbody>`;
}

function requirementRows(requirement: RecordRequirement, columns: readonly PageColumn[]): Markup {
  const { id, level, text } = requirement;
  const states = columns.map((column) => stateOf(column, id));
  return markup`<tr role="row" class="requirement" id="${id}" data-level="${level}" data-states="${[...new Set(states)].join(" ")}">
<th role="rowheader" scope="row"><span class="title"><button type="button" class="toggle" aria-expanded="false" aria-controls="${id}-drawer">${id}</button> <span class="level ${level.toLowerCase()}">${level}</span></span> <span class="sentence">${withCode(text)}</span></th>
${columns.map((column) => cell(column, id))}
</tr>
<tr role="row" class="drawer" id="${id}-drawer" hidden><td role="cell" colspan="${columns.length + 1}">${pageDrawer(requirement, columns)}</td></tr>`;
}

function stateOf(column: PageColumn, id: string) {
  const standing = column.standings.get(id);
  return standing === undefined ? "unjudged" : cellState(standing);
}

/** A state that needs an explanation is a button that opens it. */
function cell(column: PageColumn, id: string): Markup {
  const state = stateOf(column, id);
  const { sign, label } = CELL_LOOKS[state];
  const content = markup`<span class="sign" aria-hidden="true">${sign}</span> <span class="label">${label}</span>`;
  const isPlain = state === "held" || state === "unjudged";
  return markup`<td role="cell" class="${state}"><span class="of" aria-hidden="true">${column.title}</span> ${
    isPlain
      ? markup`<span class="state">${content}</span>`
      : markup`<button type="button" class="state" data-target="${id}-${column.key}" aria-label="${label}: ${id} by ${column.title}">${content}</button>`
  }</td>`;
}

/** Allows line breaks in a long name. */
function breakable(name: string): Markup {
  return new Markup(escapeMarkup(name).replaceAll(/[/_-]/g, "$&<wbr>"));
}

/** Sentences have code between backticks. */
function withCode(text: string): Markup {
  return new Markup(escapeMarkup(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>"));
}
