import type { RecordRequirement } from "../record/run_record.ts";
import { CELL_LOOKS, type CellState, cellState } from "./cell_state.ts";
import { Markup, markup, withCode } from "./markup.ts";
import { escapeMarkup } from "../formats/escape_markup.ts";
import type { PageColumn } from "./page_column.ts";
import { pageDrawer } from "./page_drawer.ts";

/** States that make a subject's verdict red. */
const WRONG: readonly CellState[] = ["broken", "surprise", "unfinished"];
/** The order of the rows. */
const RANKS: readonly CellState[] = [
  ...WRONG,
  "unkept",
  "known",
  "vacuous",
  "skipped",
  "held",
  "unjudged",
];

/** More columns than this do not fit on a desktop screen. */
export const COLUMNS_MAX = 8;

/**
 * The matrix: a row for each requirement, a column for each subject. The roles are explicit, as a table with another
 * layout on a narrow screen loses its own.
 */
export function pageMatrix(columns: readonly PageColumn[]): Markup {
  const groups = groupsOf(columns);
  const table = markup`<table class="matrix" role="table" aria-label="Requirements and the result of each subject">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="corner">Requirement</th>${columns.map(
    ({ title, record, verdict }) =>
      markup`<th role="columnheader" scope="col"><span class="name">${breakable(title)}</span> <span class="version">${record.header.subject.version}</span> <span class="mark">${verdict}</span></th>`,
  )}</tr></thead>
${groups.map(({ title, requirements }) => groupBody(title, { requirements, columns }))}
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

/** Rows under one heading. */
interface Group {
  readonly title: string;
  readonly requirements: readonly RecordRequirement[];
}

/** What is broken anywhere comes first; then each area, with what does not hold before what does. */
function groupsOf(columns: readonly PageColumn[]): Group[] {
  const ranks = new Map(
    requirementsOf(columns).map((one) => [one, Math.min(...columns.map((at) => rankOf(at, one)))]),
  );
  const sorted = [...ranks.keys()].toSorted(
    (one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0),
  );
  const isWrong = (one: RecordRequirement) => (ranks.get(one) ?? 0) < WRONG.length;
  const areas = [...new Set([...ranks.keys()].map(({ document }) => document))];
  const groups = [
    { title: "broken or without a verdict", requirements: sorted.filter(isWrong) },
    ...areas.map((area) => ({
      title: area,
      requirements: sorted.filter((one) => !isWrong(one) && one.document === area),
    })),
  ];
  return groups.filter(({ requirements }) => requirements.length > 0);
}

function rankOf(column: PageColumn, { id }: RecordRequirement): number {
  return RANKS.indexOf(stateOf(column, id));
}

function groupBody(
  title: string,
  {
    requirements,
    columns,
  }: Pick<Group, "requirements"> & { readonly columns: readonly PageColumn[] },
): Markup {
  return markup`<tbody role="rowgroup">
<tr role="row" class="area"><th role="columnheader" scope="rowgroup" colspan="${columns.length + 1}"><h3>${title}</h3></th></tr>
${requirements.map((requirement) => requirementRows(requirement, columns))}
</tbody>`;
}

function requirementRows(requirement: RecordRequirement, columns: readonly PageColumn[]): Markup {
  const { id, level, text, document } = requirement;
  const states = columns.map((column) => stateOf(column, id));
  return markup`<tr role="row" class="requirement" id="${id}" data-level="${level}" data-states="${[...new Set(states)].join(" ")}" data-area="${document}">
<th role="rowheader" scope="row"><span class="title"><button type="button" class="toggle" aria-expanded="false" aria-controls="${id}-drawer">${id}</button> <span class="level ${level.toLowerCase()}">${level}</span></span> <span class="sentence">${withCode(text)}</span></th>
${columns.map((column) => cell(column, id))}
</tr>
<tr role="row" class="drawer" id="${id}-drawer" hidden><td role="cell" colspan="${columns.length + 1}">${pageDrawer(requirement, columns)}</td></tr>`;
}

function stateOf(column: PageColumn, id: string): CellState {
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
