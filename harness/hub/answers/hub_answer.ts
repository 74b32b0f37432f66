import type { CutHow, ExchangeKind, FaultAction } from "../faults/fault_rule.ts";

/** One request, as it came over the wire. */
export interface HubRequest {
  readonly method: string;
  /** Absolute address; the path is taken as it stands. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Address of the proxy that the request went through. */
  readonly proxy?: string;
}

/** What a body goes on with behind the content: no file that a test makes has it there, and no room that a disk gives. */
export const EXTRA_BYTE = 0xa5;

/** A body that is made while it is sent. */
export type GeneratedBody =
  /** `head`, then {@linkcode EXTRA_BYTE} without end. */
  | { readonly generate: "endless"; readonly head: Uint8Array }
  /** One gzip member that inflates to so many zeros. */
  | { readonly generate: "gzip-bomb"; readonly inflatedBytes: number };

/** The bytes to send after the headers, and where they break off. */
export interface BodyPlan {
  /** As on the wire, so compressed if `Content-Encoding` says so. */
  readonly bytes: Uint8Array | GeneratedBody;
  /** Bytes after which the connection breaks, if it does. */
  readonly cutAfter?: number;
  readonly how?: CutHow;
  /** How slowly it comes. @default {as fast as it is taken} */
  readonly bytesPerSecond?: number;
}

/** One request and how it was answered. */
export interface HubExchange {
  readonly atMs: number;
  readonly kind: ExchangeKind;
  readonly method: string;
  readonly url: string;
  readonly host: string;
  /** Decoded once. */
  readonly path: string;
  /** As on the wire. */
  readonly rawPath: string;
  /** Repository path of the file that was asked for. */
  readonly file?: string;
  readonly authorization?: string;
  readonly range?: string;
  readonly acceptEncoding?: string;
  readonly proxy?: string;
  /** The fault that the request met. */
  readonly fault?: FaultAction["type"];
  /** 0 when no answer came. */
  readonly status: number;
  /** Body bytes that the answer means to send; infinite for a body without end. */
  readonly bytesPlanned: number;
  /** Body bytes handed over so far. */
  readonly bytesSent: number;
}

/** An exchange that is still going on. */
export type OpenExchange = { -readonly [Key in keyof HubExchange]: HubExchange[Key] };

/** How a connection fails before any answer. */
export type Breakage = "refused" | "reset" | "closed" | "stall";

/** What a front has to do. It adds the bytes that it sends to `exchange.bytesSent`. */
export type HubAnswer =
  | {
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: BodyPlan;
      /** Milliseconds to wait first. */
      readonly delay?: number;
      readonly broken?: undefined;
      readonly exchange: OpenExchange;
    }
  | { readonly broken: Breakage; readonly exchange: OpenExchange };

/** What part of which file a body is. */
export interface BodyContent {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Offset in the file of the body's first byte. */
  readonly start: number;
}

/** An answer while it is being made up; faults change it. */
export interface AnswerDraft {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly body: BodyPlan;
  /** Set when the body is a file or a part of one. */
  readonly content?: BodyContent;
  readonly delay?: number;
}

/** Header fields by name, in the order and spelling in which they are sent. */
export type HeaderFields = ReadonlyMap<string, string>;

const EMPTY = new Uint8Array();

/** A draft without a body. */
export function bareDraft(status: number, headers: HeaderFields): AnswerDraft {
  return { status, headers, body: { bytes: EMPTY } };
}

/** A draft with a text body and its length. */
export function textDraft(
  status: number,
  text: string,
  headers: readonly (readonly [string, string])[],
): AnswerDraft {
  const bytes = new TextEncoder().encode(text);
  return {
    status,
    headers: new Map([...headers, ["Content-Length", String(bytes.length)]]),
    body: { bytes },
  };
}

/** A draft with a JSON body. */
export function jsonDraft(
  value: unknown,
  headers: readonly (readonly [string, string])[] = [],
): AnswerDraft {
  const type = ["Content-Type", "application/json; charset=utf-8"] as const;
  return textDraft(200, JSON.stringify(value), [type, ...headers]);
}

/** The text as a header field can hold it: printable ASCII. */
export function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** How many bytes a body means to send. */
export function plannedBytes(body: BodyPlan): number {
  const { bytes } = body;
  const whole = bytes instanceof Uint8Array ? bytes.length : Number.POSITIVE_INFINITY;
  return Math.min(whole, body.cutAfter ?? Number.POSITIVE_INFINITY);
}
