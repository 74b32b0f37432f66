import { type AnswerContext, errorDraft, redirectDraft } from "../answers/answer_context.ts";
import { cdnDenied } from "../answers/answer_file.ts";
import { loopDraft } from "../answers/answer_request.ts";
import { EXTRA_BYTE } from "../answers/hub_answer.ts";
import type { ExchangeKind, FaultAction } from "./fault_rule.ts";
import {
  type AnswerDraft,
  type Breakage,
  type HeaderFields,
  textDraft,
} from "../answers/hub_answer.ts";
import { gitBlobSha1, type HubFile, lfsPointer } from "../hub_file.ts";
import { endlessPage, oversizeListing, renameInListing } from "./faulty_listing.ts";

/** An answer after a fault had its way. */
export type FaultedAnswer = AnswerDraft | { readonly broken: Breakage };

/** What a fault works on. */
export interface FaultScene {
  readonly context: AnswerContext;
  readonly kind: ExchangeKind;
  /** The true answer. */
  readonly draft: AnswerDraft;
  /** The file that the request is about, if it exists. */
  readonly file: HubFile | undefined;
  /** Publishes the next prepared commit and answers anew; nothing when none is prepared. */
  readonly moveBranch: (() => AnswerDraft) | undefined;
}

type Plan = (() => FaultedAnswer) | undefined;

/** Says how an action changes an answer, or nothing when there is nothing that it could change. */
export function planFault(action: FaultAction, scene: FaultScene): Plan {
  const { draft, context } = scene;
  switch (action.type) {
    case "cut":
    case "flip":
    case "zero-tail":
    case "short":
    case "extra":
    case "gzip-bomb":
    case "endless-body":
    case "drip":
      return context.request.method === "HEAD" ? undefined : planBodyFault(action, draft);
    case "ignore-range":
    case "slice-as-whole":
    case "wrong-content-range":
      return planRangeFault(action, draft);
    case "content-length":
      return planLength(draft, action.byBytes);
    case "rotate-etag":
      return planRotation(draft);
    case "move-branch":
      return scene.moveBranch;
    case "status":
      return () => statusDraft(action);
    case "html":
      return () => htmlDraft(200);
    case "lfs-pointer":
      return planPointer(scene);
    case "redirect":
    case "redirect-loop":
      return () => redirectFault(action, scene);
    case "expire-cdn":
      return scene.kind === "cdn" ? () => cdnDenied("Request has expired") : undefined;
    case "no-answer":
      return () => ({ broken: "stall" });
    case "refuse":
      return () => ({ broken: "refused" });
    case "reset":
      return () => ({ broken: "reset" });
    case "close":
      return () => ({ broken: "closed" });
    case "endless-pages":
      return scene.kind === "tree" && draft.status === 200
        ? () => endlessPage(context, draft)
        : undefined;
    case "rename-listing-path":
      return renameInListing(scene, action);
    case "oversize-listing":
      return oversizeListing(scene, action.entries);
    case "delay":
      return () => ({ ...draft, delay: action.delayMs });
  }
}

type BodyFault = Extract<
  FaultAction,
  {
    readonly type:
      | "cut"
      | "flip"
      | "zero-tail"
      | "short"
      | "extra"
      | "gzip-bomb"
      | "endless-body"
      | "drip";
  }
>;

function planBodyFault(action: BodyFault, draft: AnswerDraft): Plan {
  const { bytes } = draft.body;
  if (!(bytes instanceof Uint8Array) || (draft.status !== 200 && draft.status !== 206))
    return undefined;
  switch (action.type) {
    case "cut":
      if (action.atByte >= bytes.length) return undefined;
      return () => ({ ...draft, body: { bytes, cutAfter: action.atByte, how: action.how } });
    case "flip": {
      const at = action.atByte - (draft.content?.start ?? 0);
      if (at < 0 || at >= bytes.length) return undefined;
      return () => ({ ...draft, body: { bytes: flipped(bytes, at, action.bit ?? 0) } });
    }
    case "zero-tail": {
      const from = Math.max(0, bytes.length - action.bytes);
      if (bytes.subarray(from).every((byte) => byte === 0)) return undefined;
      return () => ({ ...draft, body: { bytes: bytes.slice().fill(0, from) } });
    }
    case "short":
      if (bytes.length === 0 || action.byBytes <= 0) return undefined;
      return () => resized(draft, bytes.subarray(0, Math.max(0, bytes.length - action.byBytes)));
    case "extra":
      if (action.bytes <= 0) return undefined;
      return () => resized(draft, padded(bytes, action.bytes));
    case "gzip-bomb":
      return () => ({
        status: 200,
        headers: changed(draft.headers, {
          "Content-Encoding": "gzip",
          "Content-Length": undefined,
          "Content-Range": undefined,
        }),
        body: { bytes: { generate: "gzip-bomb", inflatedBytes: action.inflatedBytes } },
      });
    case "drip":
      if (bytes.length === 0 || action.bytesPerSecond <= 0) return undefined;
      return () => ({
        ...draft,
        body: { ...draft.body, bytesPerSecond: action.bytesPerSecond },
      });
    case "endless-body":
      return () => ({
        status: draft.status,
        headers: changed(draft.headers, { "Content-Length": undefined }),
        body: { bytes: { generate: "endless", head: bytes } },
      });
  }
}

type RangeFault = Extract<
  FaultAction,
  { readonly type: "ignore-range" | "slice-as-whole" | "wrong-content-range" }
>;

function planRangeFault(action: RangeFault, draft: AnswerDraft): Plan {
  const { content } = draft;
  const { bytes } = draft.body;
  if (draft.status !== 206 || content === undefined || !(bytes instanceof Uint8Array))
    return undefined;
  if (action.type === "slice-as-whole") return () => ({ ...draft, status: 200 });
  const size = content.bytes.length;
  if (action.type === "ignore-range") {
    const length = draft.headers.has("Content-Length") ? String(size) : undefined;
    const headers = changed(draft.headers, {
      "Content-Range": undefined,
      "Content-Length": length,
    });
    return () => ({
      status: 200,
      headers,
      body: { bytes: content.bytes },
      content: { bytes: content.bytes, start: 0 },
    });
  }
  const start = content.start + (action.shiftBytes ?? -1);
  const end = start + bytes.length;
  if (start < 0 || end > size || start === content.start) return undefined;
  return () => ({
    ...draft,
    headers: changed(draft.headers, { "Content-Range": `bytes ${start}-${end - 1}/${size}` }),
    body: { bytes: content.bytes.subarray(start, end) },
    content: { bytes: content.bytes, start },
  });
}

function planLength(draft: AnswerDraft, byBytes: number | undefined): Plan {
  const length = draft.headers.get("Content-Length");
  if (length === undefined || byBytes === 0) return undefined;
  const value = byBytes === undefined ? undefined : String(Math.max(0, Number(length) + byBytes));
  return () => ({ ...draft, headers: changed(draft.headers, { "Content-Length": value }) });
}

function planRotation(draft: AnswerDraft): Plan {
  const names = ["ETag", "X-Linked-Etag"].filter((name) => draft.headers.has(name));
  if (names.length === 0) return undefined;
  return () => {
    const fields = new Map(draft.headers);
    for (const name of names) fields.set(name, rotated(fields.get(name) ?? ""));
    return { ...draft, headers: fields };
  };
}

// The new name has the old one's form, so that it passes for the name of other content.
function rotated(etag: string): string {
  return etag.replace(/[0-9a-f]+(?="$)/, (name) => {
    const other = gitBlobSha1(new TextEncoder().encode(name));
    return other.repeat(2).slice(0, name.length);
  });
}

function planPointer({ draft, file, context }: FaultScene): Plan {
  const served = draft.status < 400 && context.request.method !== "POST";
  if (file === undefined || !served) return undefined;
  const pointer = lfsPointer(file.bytes);
  const headers = changed(draft.headers, {
    Location: undefined,
    "Content-Range": undefined,
    "Content-Encoding": undefined,
    "Content-Length": String(pointer.length),
  });
  return () => ({ status: 200, headers, body: { bytes: pointer } });
}

type RedirectFault = Extract<FaultAction, { readonly type: "redirect" | "redirect-loop" }>;

function redirectFault(action: RedirectFault, { context }: FaultScene): AnswerDraft {
  if (action.type === "redirect-loop") return loopDraft(context);
  const to = action.to
    .replaceAll("{endpoint}", context.endpoint)
    .replaceAll("{cdn}", context.cdnOrigin)
    .replaceAll("{url}", context.urlOrigin);
  return redirectDraft(action.status ?? 302, to, new Map());
}

function statusDraft(action: Extract<FaultAction, { readonly type: "status" }>): AnswerDraft {
  const extra = [
    ...(action.retryAfter === undefined ? [] : [["Retry-After", action.retryAfter] as const]),
    ...(action.rateLimit === undefined ? [] : [["RateLimit", action.rateLimit] as const]),
    ...Object.entries(action.headers ?? {}),
  ];
  if (action.html === true) {
    const page = htmlDraft(action.status);
    return { ...page, headers: new Map([...page.headers, ...extra]) };
  }
  return errorDraft({
    status: action.status,
    message: action.errorMessage ?? `Simulated failure ${action.status}`,
    headers: extra,
    ...(action.errorCode === undefined ? {} : { code: action.errorCode }),
  });
}

function htmlDraft(status: number): AnswerDraft {
  const page =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Welcome to the network</h1></body></html>\n";
  return textDraft(status, page, [["Content-Type", "text/html; charset=utf-8"]]);
}

function changed(
  fields: HeaderFields,
  changes: Readonly<Record<string, string | undefined>>,
): HeaderFields {
  const result = new Map(fields);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return result;
}

function resized(draft: AnswerDraft, bytes: Uint8Array): AnswerDraft {
  if (!draft.headers.has("Content-Length")) return { ...draft, body: { bytes } };
  const headers = changed(draft.headers, { "Content-Length": String(bytes.length) });
  return { ...draft, headers, body: { bytes } };
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

function padded(bytes: Uint8Array, extraBytes: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + extraBytes).fill(EXTRA_BYTE);
  longer.set(bytes);
  return longer;
}
