import { createHash } from "node:crypto";
import { join } from "node:path";
import type {
  Digest,
  DownloadRequest,
  DownloadResult,
  Host,
  HttpResponse,
  SubjectConfig,
  UrlRequest,
  WaitOptions,
} from "../../spec/mod.ts";
import { throwIfAborted } from "../cancellation.ts";
import { claimToken } from "../records/claim_name.ts";
import { ModelError } from "../errors.ts";
import { parseRepositoryId } from "../layout/repository_id.ts";
import { printableAddress } from "../hub/credentials.ts";
import { discardBody, HttpClient, withoutQuery } from "../hub/http_client.ts";
import { hubError, isHtml, isPageName } from "../hub/hub_error.ts";
import { hubSettings, readHubSettings } from "../hub/hub_settings.ts";
import { readPageAddress } from "../hub/page_address.ts";
import { askedPauseMs, Retryable, type RetryPolicy } from "../hub/retry.ts";
import { modelPlace } from "../layout/model_directory.ts";
import { directoryPlace } from "../layout/model_place.ts";
import { assertSafePath } from "../layout/safe_path.ts";
import { selectionOf } from "../layout/select_files.ts";
import { downloadFiles } from "./download_files.ts";
import type { DownloadPlan } from "./download_plan.ts";
import { contentKeyOf, type DownloadTask } from "./download_task.ts";
import {
  type RepositoryDownloadOptions,
  RepositoryDownloader,
  type RepositoryTarget,
} from "./repository_downloader.ts";
import { confinedHost } from "../layout/confined_host.ts";

/** Options of a {@linkcode UrlDownloader}. */
export interface UrlDownloaderOptions {
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** What a server says of a file before it sends it. */
interface RemoteFacts {
  readonly sizeBytes: number | undefined;
  /** A strong entity tag. */
  readonly validator: string | undefined;
  /** Whatever it states of the version: an entity tag in any form, and when the file was changed. */
  readonly version: string | undefined;
}

/**
 * Downloads plain files by their address, by the same rules as models: `DL-OTHER-WAY`.
 *
 * What the server states is verified: length, an unchanged etag, and the caller's SHA-256. A file goes into a
 * directory of its own in the flat layout; its name distinguishes two addresses.
 */
export class UrlDownloader {
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #options: UrlDownloaderOptions;
  readonly #repositories: RepositoryDownloader;

  constructor(host: Host, config: SubjectConfig, options: UrlDownloaderOptions = {}) {
    this.#host = confinedHost(host, config);
    this.#config = config;
    this.#options = options;
    this.#repositories = new RepositoryDownloader(host, config, options);
  }

  /** Downloads a repository that is not for MLX, file by file, into the flat layout. */
  async downloadRepository(
    request: DownloadRequest,
    options: RepositoryDownloadOptions = {},
  ): Promise<DownloadResult> {
    return this.#repositories.download(request, { ...options, target: this.#target(request) });
  }

  /** Says what {@linkcode downloadRepository} would do, and writes nothing. */
  async planRepository(
    request: DownloadRequest,
    options: RepositoryDownloadOptions = {},
  ): Promise<DownloadPlan> {
    return this.#repositories.plan(request, { ...options, target: this.#target(request) });
  }

  #target(request: DownloadRequest): RepositoryTarget {
    const place = modelPlace(this.#config, request.repository, { layout: "flat" });
    return { place, selection: selectionOf(request, ["*"]), mustBeModel: false };
  }

  /** The address of the file itself, where that of its page was given: `DL-NO-PAGE`. */
  #fileUrl(address: string): string {
    const page = readPageAddress(address, hubSettings(this.#config.env).endpoint);
    if (page === undefined) return address;
    if (page.kind === "file") return page.url;
    throw new ModelError(
      "invalid-argument",
      `Cannot download "${withoutQuery(address)}": it is the page of a model; download the model by its id, ${page.repository}`,
    );
  }

  /** Where the file of an address lies. @throws {ModelError} `invalid-argument`, `unsafe-path` */
  directoryOf(address: string): string {
    const url = this.#fileUrl(address);
    const { name } = parseFileUrl(url);
    const dot = name.lastIndexOf(".");
    const stem = dot > 0 ? name.slice(0, dot) : name;
    const tag = createHash("sha256").update(withoutQuery(url)).digest("hex").slice(0, 8);
    return join(this.#config.root, `${stem}--${tag}`);
  }

  /**
   * Downloads one file.
   *
   * @throws {ModelError} with the code that tells why; what was good on disk before is as it was
   */
  async download(request: UrlRequest, options: WaitOptions = {}): Promise<DownloadResult> {
    throwIfAborted(options.signal);
    const url = this.#fileUrl(request.url);
    const { name } = parseFileUrl(url);
    const { token } = request;
    const settings = await readHubSettings(this.#host.files, this.#config.env, { token });
    if (settings.offline) {
      throw new ModelError(
        "offline",
        `Cannot download "${withoutQuery(url)}": the network is switched off (HF_HUB_OFFLINE); switch it on`,
      );
    }
    const digest = parseSha256(request.sha256);
    const http = new HttpClient(this.#host, {
      env: this.#config.env,
      tokenOrigin: tokenOriginOf(request, settings.endpoint),
      token: settings.token,
      retry: this.#options.retry,
    });
    const { sizeBytes, validator, version } = await this.#askFacts(http, url, options.signal);
    const { maxSizeBytes } = request;
    if (sizeBytes !== undefined && maxSizeBytes !== undefined && sizeBytes > maxSizeBytes) {
      throw new ModelError(
        "limit-exceeded",
        `Cannot download "${withoutQuery(url)}": it has ${sizeBytes} bytes, and at most ${maxSizeBytes} are wanted; allow more with --max-size`,
        { file: name, expected: `at most ${maxSizeBytes} bytes`, actual: `${sizeBytes} bytes` },
      );
    }
    // A tag that is no proof of the same bytes is one of other bytes, and so is none at all: `DL-RESUME-CHANGED`.
    const facts = `${withoutQuery(url)} ${sizeBytes} ${version ?? claimToken(this.#host.random)}`;
    const task: DownloadTask = {
      place: directoryPlace(this.#config.root, this.directoryOf(url)),
      source: withoutQuery(url),
      revision: "",
      commit: "",
      include: ["*"],
      exclude: [],
      wanted: [
        {
          path: name,
          sizeBytes,
          sizeBytesMax: maxSizeBytes,
          digest,
          url,
          contentKey: contentKeyOf(digest, facts),
          validator,
        },
      ],
      listed: new Map([[name, digest]]),
      listing: undefined,
      writesMarker: true,
      http,
      processes: this.#host.processes,
      concurrency: undefined,
    };
    return downloadFiles(this.#host, task, options);
  }

  async #askFacts(
    http: HttpClient,
    url: string,
    signal: AbortSignal | undefined,
  ): Promise<RemoteFacts> {
    const budget = http.budget();
    for (;;) {
      try {
        return await this.#askOnce(http, url, signal);
      } catch (error) {
        await budget.pause(error, signal);
      }
    }
  }

  /** A server that does not answer `HEAD` states nothing beforehand, which is not an error: `DL-ERROR-HEADERS`. */
  async #askOnce(
    http: HttpClient,
    url: string,
    signal: AbortSignal | undefined,
  ): Promise<RemoteFacts> {
    using guard = http.questionGuard(signal);
    const exchange = await http.send(url, { method: "HEAD", guard });
    const { response } = exchange;
    await discardBody(response);
    const { status, headers } = response;
    if (status === 200) {
      assertNoPage(response, url);
      const length = headers.get("content-length");
      const isEncoded = !["", "identity"].includes(headers.get("content-encoding") ?? "");
      const etag = headers.get("etag");
      const changed = headers.get("last-modified");
      const validator = etag === null || !/^"[^"]*"$/.test(etag) ? undefined : etag;
      return {
        sizeBytes:
          length === null || isEncoded || !/^\d+$/.test(length) ? undefined : Number(length),
        validator,
        // Servers that share one strong tag may state different dates.
        version:
          validator ?? (etag === null && changed === null ? undefined : `${etag} ${changed}`),
      };
    }
    const error = hubError(exchange, {
      attempt: `fetch "${withoutQuery(url)}"`,
      absent: "file-not-found",
    });
    if (status === 429 || status === 408 || (status >= 500 && status !== 501)) {
      throw new Retryable(error, askedPauseMs(response, this.#host.clock.now()));
    }
    if ([404, 410, 401].includes(status)) throw error;
    return { sizeBytes: undefined, validator: undefined, version: undefined };
  }
}

/** A page where a file was meant would be kept under the file's name. @throws {ModelError} `not-a-hub` */
function assertNoPage(response: HttpResponse, url: string): void {
  if (!isHtml(response) || isPageName(new URL(url).pathname)) return;
  throw new ModelError(
    "not-a-hub",
    `Cannot download "${withoutQuery(url)}": the answer is a web page and not the file; check the address, and whether a login page stands before it`,
  );
}

/** The environment's token is the hub's; another server gets only a token that was given for it: `HUB-TOKEN-HOST`. */
function tokenOriginOf(request: UrlRequest, endpoint: string): string {
  return new URL(request.token === undefined ? endpoint : request.url).origin;
}

function parseFileUrl(url: string): { readonly name: string } {
  const parsed = URL.parse(url);
  // Other programs write ids as such addresses; the error names the id.
  if (/^(?:hf|huggingface):/i.test(url)) parseRepositoryId(url);
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) {
    throw new ModelError(
      "invalid-argument",
      `Cannot download ${JSON.stringify(printableAddress(url))}: it is not a web address; give one that starts with https:// or http://`,
    );
  }
  const name = decodeName(parsed.pathname.split("/").at(-1) ?? "");
  if (name === "" || name.includes("/")) {
    throw new ModelError(
      "invalid-argument",
      `Cannot download "${withoutQuery(url)}": it does not name a file; give the address of a file`,
    );
  }
  assertSafePath(name);
  return { name };
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // A name that is not percent-encoded UTF-8 is taken as it stands.
    return name;
  }
}

function parseSha256(hex: string | undefined): Digest | undefined {
  if (hex === undefined) return undefined;
  const lower = hex.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(lower)) return `sha256:${lower}`;
  throw new ModelError(
    "invalid-argument",
    `Cannot use ${JSON.stringify(hex)} as a SHA-256; give 64 hexadecimal digits`,
  );
}
