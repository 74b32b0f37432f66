import type { AnswerContext } from "../answers/answer_context.ts";
import { nextLink } from "../answers/answer_listing.ts";
import type { ExchangeKind, FaultAction } from "./fault_rule.ts";
import { type AnswerDraft, jsonDraft } from "../answers/hub_answer.ts";
import type { ListingEntry } from "../answers/listing_entries.ts";

interface ListingScene {
  readonly kind: ExchangeKind;
  readonly draft: AnswerDraft;
}

const ENDLESS = /^endless-(\d+)$/;

/** Which page of an endless listing a request asks for, if it does. */
export function endlessPageNumber(query: string): number | undefined {
  const match = ENDLESS.exec(new URLSearchParams(query).get("cursor") ?? "");
  return match === null ? undefined : Number(match[1]);
}

/** A page that names another page, whatever page it is; the first has the true entries too. */
export function endlessPage(context: AnswerContext, draft?: AnswerDraft): AnswerDraft {
  const page = endlessPageNumber(context.parts.query) ?? 0;
  const entries = [...(draft === undefined ? [] : readEntries(draft)), madeUpEntry(page)];
  return jsonDraft(entries, [["Link", nextLink(context, `endless-${page + 1}`)]]);
}

/** Shows one file under another name. */
export function renameInListing(
  { kind, draft }: ListingScene,
  { from, to }: Extract<FaultAction, { readonly type: "rename-listing-path" }>,
): (() => AnswerDraft) | undefined {
  if (kind !== "tree" && kind !== "info" && kind !== "paths-info") return undefined;
  if (draft.status !== 200) return undefined;
  const value = parseBody(draft);
  const shown =
    kind === "info" ? renamedSiblings(value, from, to) : renamedEntries(value, from, to);
  return shown === undefined ? undefined : () => withBody(draft, shown);
}

/** Adds made-up entries to a page. */
export function oversizeListing(
  { kind, draft }: ListingScene,
  entries: number,
): (() => AnswerDraft) | undefined {
  if (kind !== "tree" || draft.status !== 200 || entries <= 0) return undefined;
  return () =>
    withBody(draft, [
      ...readEntries(draft),
      ...Array.from({ length: entries }, (_, index) => madeUpEntry(index)),
    ]);
}

function madeUpEntry(index: number): ListingEntry {
  const oid = index.toString(16).padStart(40, "0");
  return { type: "file", oid, size: 1, path: `extra/part-${index}.json` };
}

function renamedEntries(value: unknown, from: string, to: string): unknown {
  if (!Array.isArray(value)) return undefined;
  const entries: readonly unknown[] = value;
  if (!entries.some((entry) => field(entry, "path") === from)) return undefined;
  return entries.map((entry) =>
    typeof entry === "object" && field(entry, "path") === from ? { ...entry, path: to } : entry,
  );
}

function renamedSiblings(value: unknown, from: string, to: string): unknown {
  const siblings = field(value, "siblings");
  if (!Array.isArray(siblings) || typeof value !== "object") return undefined;
  const known: readonly unknown[] = siblings;
  if (!known.some((entry) => field(entry, "rfilename") === from)) return undefined;
  const renamed = known.map((entry) =>
    typeof entry === "object" && field(entry, "rfilename") === from
      ? { ...entry, rfilename: to }
      : entry,
  );
  return { ...value, siblings: renamed };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function readEntries(draft: AnswerDraft): readonly unknown[] {
  const value = parseBody(draft);
  return Array.isArray(value) ? value : [];
}

function parseBody({ body }: AnswerDraft): unknown {
  return body.bytes instanceof Uint8Array
    ? JSON.parse(new TextDecoder().decode(body.bytes))
    : undefined;
}

function withBody(draft: AnswerDraft, value: unknown): AnswerDraft {
  const { headers, body } = jsonDraft(value);
  return { ...draft, headers: new Map([...draft.headers, ...headers]), body };
}
