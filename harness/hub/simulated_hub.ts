import { setTimeout as sleep } from "node:timers/promises";
import {
  type AnswerContext,
  type HubOrigins,
  type Published,
  unknownDraft,
} from "./answers/answer_context.ts";
import { answerRequest, openExchange, requestedFile } from "./answers/answer_request.ts";
import type { FaultRule } from "./faults/fault_rule.ts";
import { FaultScript } from "./faults/fault_script.ts";
import {
  type AnswerDraft,
  bareDraft,
  type HubAnswer,
  type HubExchange,
  type HubRequest,
  type OpenExchange,
  plannedBytes,
} from "./answers/hub_answer.ts";
import { gitBlobSha1, type HubFile, sha256Hex } from "./hub_file.ts";
import { HubRepositories, type PublishOptions } from "./hub_repositories.ts";
import { decodeOnce, encodePath, type HubRoute, parseRoute, splitUrl } from "./hub_route.ts";
import { DEFAULT_HUB_STYLE, type HubStyle } from "./hub_style.ts";
import { planFault } from "./faults/plan_fault.ts";

/** How a hub is made. */
export interface SimulatedHubOptions {
  /** Milliseconds since 1970; signed addresses expire by it. */
  readonly now: () => number;
  /** How a front waits that has no clock of its own. @default {by the machine's clock} */
  readonly sleep?: (durationMs: number, signal?: AbortSignal) => Promise<void>;
  /** @default {a fresh "https://hub-N.test"} */
  readonly endpoint?: string;
  /** @default {a fresh "https://cdn-N.test"} */
  readonly cdnOrigin?: string;
  /** Where plain addresses live, besides the content network. @default {a fresh "https://files-N.test"} */
  readonly urlOrigin?: string;
  readonly style?: Partial<HubStyle>;
  readonly faults?: readonly FaultRule[];
  /** What a request that no real hub knows is: an error in the scenario, or one that is noted and answered as a hub does. @default {"fault"} */
  readonly unknownRoutes?: "fault" | "noted";
  /** Told of the files of each commit before it is made; what it throws keeps the commit from being made. */
  readonly onCommit?: ((files: readonly HubFile[]) => void) | undefined;
}

/** How bytes are served at a plain address. */
export interface ServeUrlOptions {
  /** With its quotes; none is sent where it is empty. @default {a strong tag of the bytes} */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default {true} */
  readonly acceptRanges?: boolean;
  /** @default {"url"} */
  readonly on?: "url" | "cdn";
}

let hubCount = 0;

/**
 * A Hugging Face hub without a network: correct by default, it lies only when a fault rule tells it to.
 *
 * A front ({@linkcode mswFront}, {@linkcode serveHub}) brings requests to {@linkcode SimulatedHub.respond}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SimulatedHub } from "mlx-conform";
 *
 * const hub = new SimulatedHub({ now: () => 0 });
 * const bytes = new TextEncoder().encode("{}");
 * const commit = hub.publish("org/name", [{ path: "config.json", bytes, lfs: false }]);
 * const url = `${hub.endpoint}/org/name/resolve/main/config.json`;
 * const answer = hub.respond({ method: "GET", url, headers: {} });
 * assert.ok(answer.broken === undefined);
 * assert.ok(answer.headers.some(([name, value]) => name === "X-Repo-Commit" && value === commit));
 * ```
 */
export class SimulatedHub {
  readonly style: HubStyle;
  /** Requests that no real hub would be asked: the harness's own faults, not the subject's. */
  readonly harnessErrors: string[] = [];
  /** Requests that were answered 404, as no real hub knows them either. */
  readonly unknownRoutes: string[] = [];
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
  readonly #now: () => number;
  readonly #onCommit: SimulatedHubOptions["onCommit"];
  readonly #isLenient: boolean;
  readonly #repositories = new HubRepositories();
  readonly #published: Published = {
    repositories: this.#repositories,
    objects: new Map(),
    urls: new Map(),
  };
  #origins: HubOrigins;
  #script: FaultScript;
  #log: OpenExchange[] = [];
  #offline = false;

  constructor(options: SimulatedHubOptions) {
    const serial = ++hubCount;
    this.#origins = {
      endpoint: options.endpoint ?? `https://hub-${serial}.test`,
      cdnOrigin: options.cdnOrigin ?? `https://cdn-${serial}.test`,
      urlOrigin: options.urlOrigin ?? `https://files-${serial}.test`,
    };
    this.style = { ...DEFAULT_HUB_STYLE, ...options.style };
    this.#now = options.now;
    this.#onCommit = options.onCommit;
    this.#isLenient = options.unknownRoutes === "noted";
    this.sleep =
      options.sleep ?? ((durationMs, signal) => sleep(durationMs, undefined, signal && { signal }));
    this.#script = new FaultScript(options.faults ?? []);
  }

  get endpoint(): string {
    return this.#origins.endpoint;
  }

  get cdnOrigin(): string {
    return this.#origins.cdnOrigin;
  }

  get urlOrigin(): string {
    return this.#origins.urlOrigin;
  }

  /** Gives the hub other addresses; a front that listens on real ports does. */
  moveTo(origins: HubOrigins): void {
    this.#origins = origins;
  }

  /** Every exchange since the start or since {@linkcode clearLog}, in order of the requests. */
  get log(): readonly HubExchange[] {
    return this.#log;
  }

  clearLog(): void {
    this.#log = [];
  }

  get faults(): readonly FaultRule[] {
    return this.#script.rules;
  }

  /** Replaces the fault script; all counts start anew. */
  set faults(rules: readonly FaultRule[]) {
    this.#script = new FaultScript(rules);
  }

  /** How often each rule of {@linkcode faults} fired. */
  firedCounts(): readonly number[] {
    return this.#script.firedCounts();
  }

  /** Makes a commit of these files the head of a branch, and returns its 40 hexadecimal digits. */
  publish(repository: string, files: readonly HubFile[], options?: PublishOptions): string {
    this.#store(files);
    return this.#repositories.publish(repository, files, options);
  }

  /** Makes a commit that a `move-branch` fault publishes on its branch, and returns its id. */
  prepare(repository: string, files: readonly HubFile[], options?: PublishOptions): string {
    this.#store(files);
    return this.#repositories.prepare(repository, files, options);
  }

  /** Gives a repository another id; the old one answers a relative 307. */
  rename(oldId: string, newId: string): void {
    this.#repositories.rename(oldId, newId);
  }

  /** Keeps the files, not the listing, from everyone but the holders of these tokens. */
  gate(repository: string, { tokens }: { readonly tokens: readonly string[] }): void {
    this.#repositories.get(repository).gate = tokens;
  }

  /** Makes a repository private: without the token it does not exist. */
  requireToken(repository: string, token: string): void {
    this.#repositories.get(repository).token = token;
  }

  remove(repository: string): void {
    this.#repositories.remove(repository);
  }

  /** Serves bytes at a plain address, and returns it. `path` is not encoded yet and starts with `/`. */
  serveUrl(path: string, bytes: Uint8Array, options: ServeUrlOptions = {}): string {
    const rawPath = encodePath(path);
    this.#published.urls.set(rawPath, {
      on: options.on ?? "url",
      bytes,
      ...(options.etag !== "" && { etag: options.etag ?? `"${gitBlobSha1(bytes)}"` }),
      acceptRanges: options.acceptRanges ?? true,
      sendContentLength: this.style.sendContentLength,
      headers: [
        ["Content-Type", "application/octet-stream"],
        ...Object.entries(options.headers ?? {}),
      ],
    });
    return `${options.on === "cdn" ? this.cdnOrigin : this.urlOrigin}${rawPath}`;
  }

  /** From now on every request fails as a refused connection. */
  goOffline(): void {
    this.#offline = true;
  }

  goOnline(): void {
    this.#offline = false;
  }

  /** Answers one request from what is published, the style and the fault script. */
  respond(request: HubRequest): HubAnswer {
    const parts = splitUrl(request.url);
    const context: AnswerContext = {
      ...this.#origins,
      published: this.#published,
      style: this.style,
      nowMs: this.#now(),
      request,
      parts,
    };
    const route: HubRoute =
      parts.origin === this.endpoint ? parseRoute(parts.rawPath) : { kind: "unknown" };
    const exchange = openExchange(context, route);
    this.#log.push(exchange);
    if (this.#offline) return { broken: "refused", exchange };
    const draft = answerRequest(context, route) ?? this.#reject(request);
    const answer =
      this.#script.play(
        { ...exchange, file: exchange.file, hasRange: exchange.range !== undefined },
        (action) => {
          const perform = planFault(action, {
            context,
            kind: exchange.kind,
            draft,
            file: requestedFile(context, route),
            moveBranch: this.#mover(context, route),
          });
          return (
            perform &&
            (() => {
              exchange.fault = action.type;
              return perform();
            })
          );
        },
      ) ?? draft;
    return "broken" in answer
      ? { broken: answer.broken, exchange }
      : this.#finish(answer, context, exchange);
  }

  #reject({ method, url }: HubRequest): AnswerDraft {
    const { rawPath } = splitUrl(url);
    // A path that cannot be decoded is its client's fault, and any hub says so.
    if (decodeOnce(rawPath) === undefined) return bareDraft(400, new Map());
    if (this.#isLenient) {
      this.unknownRoutes.push(`${method} ${rawPath}`);
      return bareDraft(404, new Map());
    }
    this.harnessErrors.push(`unknown route: ${method} ${url}`);
    return unknownDraft();
  }

  #mover(context: AnswerContext, route: HubRoute): (() => AnswerDraft) | undefined {
    if (route.kind === "unknown") return undefined;
    const repository = this.#repositories.find(route.repository);
    if (repository === undefined || repository.prepared.length === 0) return undefined;
    return () => {
      this.#repositories.moveBranch(repository);
      return answerRequest(context, route) ?? unknownDraft();
    };
  }

  #finish(draft: AnswerDraft, context: AnswerContext, exchange: OpenExchange): HubAnswer {
    // A field that comes several times is held as lines.
    const headers = [...draft.headers].flatMap(([name, value]) =>
      value.split("\n").map((line): [string, string] => [name, line]),
    );
    if (this.style.rateLimitHeaders && exchange.kind !== "cdn" && exchange.kind !== "url") {
      const bucket = exchange.kind === "resolve" ? "resolvers" : "api";
      if (!draft.headers.has("RateLimit")) headers.push(["RateLimit", `"${bucket}";r=2997;t=258`]);
      headers.push(["RateLimit-Policy", `"fixed window";"${bucket}";q=3000;w=300`]);
    }
    const body = context.request.method === "HEAD" ? { bytes: new Uint8Array() } : draft.body;
    exchange.status = draft.status;
    exchange.bytesPlanned = plannedBytes(body);
    const delay = draft.delay === undefined ? {} : { delay: draft.delay };
    return { status: draft.status, headers, body, exchange, ...delay };
  }

  #store(files: readonly HubFile[]): void {
    this.#onCommit?.(files);
    const { objects } = this.#published;
    for (const { bytes, lfs } of files) if (lfs) objects.set(sha256Hex(bytes), bytes);
  }
}
