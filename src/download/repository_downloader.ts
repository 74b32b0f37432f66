import {
  type DownloadRequest,
  type DownloadResult,
  type Host,
  lackingKindParts,
  type Marker,
  type ModelKind,
  type ModelRequest,
  type SubjectConfig,
  type WaitOptions,
} from "../../spec/mod.ts";
import { throwIfAborted } from "../cancellation.ts";
import { diskError } from "../disk/disk_error.ts";
import { isDistrusted } from "../records/distrust.ts";
import { readMarker } from "../records/marker.ts";
import { ModelError } from "../errors.ts";
import { HubClient } from "../hub/hub_client.ts";
import { HubEnvironment } from "../hub/environment.ts";
import { type HubSettings, readHubSettings } from "../hub/hub_settings.ts";
import { resolveUrl } from "../hub/hub_urls.ts";
import { resolveRevision } from "../hub/resolve_revision.ts";
import type { RetryPolicy } from "../hub/retry.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { revisionOf } from "../layout/revision.ts";
import { assertWhole, selectFiles, type Selection, withKind } from "../layout/select_files.ts";
import { assertPlaceable, downloadFiles } from "./download_files.ts";
import { type DownloadPlan, planDownload } from "./download_plan.ts";
import { contentKeyOf, type DownloadTask } from "./download_task.ts";
import { nearNames } from "../near_names.ts";
import { repositoryKind } from "./repository_kind.ts";
import { localCopy, type LocalCopyQuestion } from "./inspect/local_copy.ts";
import { offlineCopy } from "./inspect/offline_copy.ts";
import {
  type RepositorySnapshot,
  repositorySnapshot,
  snapshotAnew,
} from "./repository_snapshot.ts";
import { SupersededError } from "./superseded.ts";
import { steadyProgress } from "./transfer/steady_progress.ts";
import { confinedHost } from "../layout/confined_host.ts";

/** How long the hub is asked where a complete local copy can answer as well, in milliseconds: `OFF-SOON`. */
const LIMIT_MS_WITH_COPY = 5_000;
/** So often a download begins anew as another process has finished another commit. */
const RESTARTS_MAX = 3;

/** Where a repository's files go, and which they are. */
export interface RepositoryTarget {
  /** The model's place, as far as it is known before the hub says which commit is meant. */
  readonly place: ModelPlace;
  /** The place of a commit, where each has its own. @default {the same for all} */
  readonly placeOf?: (commit: string) => ModelPlace;
  readonly selection: Selection;
  /** Whether it is refused when the repository lacks what a model needs. */
  readonly mustBeModel: boolean;
}

/** Options of a repository download. */
export interface RepositoryDownloadOptions extends WaitOptions {
  /**
   * What the hub has already answered; it is not asked again.
   *
   * @internal
   */
  readonly snapshot?: RepositorySnapshot | undefined;
  /**
   * Of which kind the model is, where its configuration was read already; it is not requested again.
   *
   * @internal
   */
  readonly kind?: ModelKind | undefined;
}

/** Downloads a hub repository into a directory that the caller chooses. */
export class RepositoryDownloader {
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #retry: Partial<RetryPolicy> | undefined;

  constructor(
    host: Host,
    config: SubjectConfig,
    options: { readonly retry?: Partial<RetryPolicy> | undefined } = {},
  ) {
    this.#host = confinedHost(host, config);
    this.#config = config;
    this.#retry = options.retry;
  }

  /**
   * Asks the hub what a request means.
   *
   * @throws {ModelError} `offline` where the network is off, or as the hub answers
   */
  async snapshot(request: DownloadRequest, options: WaitOptions = {}): Promise<RepositorySnapshot> {
    const settings = await readHubSettings(this.#host.files, this.#config.env, request);
    if (settings.offline) {
      throw new ModelError(
        "offline",
        `Cannot ask the hub about "${request.repository}": the network is switched off (HF_HUB_OFFLINE or --offline); switch it on`,
      );
    }
    return repositorySnapshot(this.#client(settings), request, options);
  }

  /**
   * Asks the hub which commit a revision is now, with one request.
   *
   * @throws {ModelError} `offline` where the network is off, or as the hub answers
   */
  async latestCommit(request: ModelRequest, options: WaitOptions = {}): Promise<string> {
    const { repository } = request;
    const settings = await readHubSettings(this.#host.files, this.#config.env);
    if (settings.offline) {
      throw new ModelError(
        "offline",
        `Cannot ask which commit "${repository}" is: the network is off; switch HF_HUB_OFFLINE off`,
      );
    }
    const revision = revisionOf(request);
    const { signal } = options;
    return (await resolveRevision(this.#client(settings), { repository, revision, signal })).commit;
  }

  /**
   * Downloads what is missing, or finds that nothing is.
   *
   * @throws {ModelError} with the code that tells why; what was good on disk before is as it was
   */
  async download(
    request: DownloadRequest,
    options: RepositoryDownloadOptions & { readonly target: RepositoryTarget },
  ): Promise<DownloadResult> {
    try {
      return await this.#download(request, options);
    } catch (error) {
      throw diskError(error, `read "${options.target.place.directory}"`);
    }
  }

  async #download(
    request: DownloadRequest,
    options: RepositoryDownloadOptions & {
      readonly target: RepositoryTarget;
      /** How often another process has finished another commit meanwhile. @default {0} */
      readonly restarts?: number;
    },
  ): Promise<DownloadResult> {
    throwIfAborted(options.signal);
    const { target, restarts = 0 } = options;
    const { files } = this.#host;
    // A snapshot is handed in only where nothing was recorded when the hub was asked.
    const hasSnapshot = options.snapshot !== undefined;
    const marker = hasSnapshot ? undefined : await readMarker(files, target.place.directory);
    const placeWhenAsked = { commit: marker?.commit };
    const settings = await readHubSettings(files, this.#config.env, request);
    const question = localQuestion(request, { target, signal: options.signal });
    if (settings.offline) return reportDone(await offlineCopy(files, question, undefined), options);
    let found: RepositorySnapshot | DownloadResult;
    try {
      found =
        options.snapshot ??
        (await this.#find(request, { settings, question, signal: options.signal }));
    } catch (error) {
      if (!isHubAway(error)) throw error;
      return reportDone(await offlineCopy(files, question, error), options);
    }
    if ("directory" in found) return reportDone(found, options);
    const onProgress = steadyProgress(options.onProgress);
    const steady = { ...options, ...(onProgress && { onProgress }) };
    try {
      return await downloadFiles(
        this.#host,
        await this.#task(request, {
          target,
          snapshot: found,
          placeWhenAsked,
          signal: options.signal,
        }),
        steady,
      );
    } catch (error) {
      if (error instanceof SupersededError && restarts < RESTARTS_MAX)
        return this.#download(request, { ...options, snapshot: undefined, restarts: restarts + 1 });
      const snapshot = await snapshotAnew(request, { stale: found, error, signal: options.signal });
      if (snapshot === undefined) throw error;
      const { signal } = options;
      const task = await this.#task(request, { target, snapshot, signal });
      return downloadFiles(this.#host, task, steady);
    }
  }

  /** Says what a download would do, and writes nothing. */
  async plan(
    request: DownloadRequest,
    options: RepositoryDownloadOptions & { readonly target: RepositoryTarget },
  ): Promise<DownloadPlan> {
    const snapshot = options.snapshot ?? (await this.snapshot(request, options));
    const { target, signal, kind } = options;
    const task = await this.#task(request, { target, snapshot, signal, kind });
    await assertPlaceable(this.#host, task);
    return planDownload(this.#host.files, task, { signal: options.signal });
  }

  /** Asks the hub once; the local copy is the answer where it is of that commit and whole: `DL-IDEMPOTENT`. */
  async #find(
    request: DownloadRequest,
    context: {
      readonly settings: HubSettings;
      readonly question: LocalCopyQuestion;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<RepositorySnapshot | DownloadResult> {
    const { settings, question, signal } = context;
    const client = this.#client(settings);
    const copy = await localCopy(this.#host.files, question);
    const { etagTimeoutMs = LIMIT_MS_WITH_COPY } = new HubEnvironment(this.#config.env);
    const { repository } = request;
    const resolved = await resolveRevision(client, {
      repository,
      revision: revisionOf(request),
      signal,
      limitMs: copy === undefined ? undefined : etagTimeoutMs,
    });
    const isCopyRight = copy !== undefined && copy.commit === resolved.commit;
    // A process that died behind its marker has left its plan and its lock: the long way clears them away, `DL-LEFTOVERS`.
    if (isCopyRight && !(await isDistrusted(this.#host.files, question.place))) return copy;
    return repositorySnapshot(client, request, { resolved, signal });
  }

  async #task(
    request: DownloadRequest,
    context: {
      readonly target: RepositoryTarget;
      readonly snapshot: RepositorySnapshot;
      readonly placeWhenAsked?: DownloadTask["placeWhenAsked"];
      readonly signal: AbortSignal | undefined;
      readonly kind?: ModelKind | undefined;
    },
  ): Promise<DownloadTask> {
    const { target, snapshot, placeWhenAsked, signal, kind: known } = context;
    const { commit, client, listed } = snapshot;
    const { repository } = request;
    const { isChosen } = target.selection;
    if (isChosen && selectFiles(listed, target.selection).length === 0)
      throw noMatch(repository, { listed, selection: target.selection });
    const isAnyKind = isChosen || target.mustBeModel;
    const kind = isAnyKind
      ? await repositoryKind(snapshot, { repository, known, signal })
      : "language";
    const paths = listed.map(({ path }) => path);
    const selection = target.mustBeModel
      ? withKind(target.selection, kind, paths)
      : target.selection;
    const selected = selectFiles(listed, selection);
    const chosen = selected.map((file) => file.path);
    if (target.mustBeModel) assertWhole(chosen, { repository, kind });
    return {
      place: target.placeOf?.(commit) ?? target.place,
      source: repository,
      revision: revisionOf(request),
      commit,
      placeWhenAsked,
      include: selection.include,
      exclude: selection.exclude,
      wanted: selected.map((file) => ({
        ...file,
        url: resolveUrl(client.endpoint, repository, { commit, path: file.path }),
        contentKey: contentKeyOf(file.digest, `${repository}@${commit}/${file.path}`),
      })),
      listed: new Map(listed.map((file) => [file.path, file.digest])),
      listing: listed,
      // A marker says that a model is there; files that were chosen by hand need not be one.
      writesMarker: !isChosen || lackingKindParts(kind, chosen).length === 0,
      http: client.http,
      processes: this.#host.processes,
      concurrency: request.concurrency,
    };
  }

  #client(settings: HubSettings): HubClient {
    return new HubClient(this.#host, { settings, env: this.#config.env, retry: this.#retry });
  }
}

/** Names the patterns that chose nothing, and what they may have meant: `DL-NO-MATCH`. */
function noMatch(
  repository: string,
  context: { readonly listed: RepositorySnapshot["listed"]; readonly selection: Selection },
): ModelError {
  const { listed, selection } = context;
  const { include, exclude } = selection;
  const paths = listed.map(({ path }) => path);
  const names = nearNames(include, paths, 5).join(", ");
  const without = exclude.length === 0 ? "" : ` without ${exclude.join(", ")}`;
  return new ModelError(
    "file-not-found",
    `Cannot download "${repository}": none of its ${paths.length} files matches ${include.join(", ")}${without}; it has ${names || "no file"}`,
    { expected: include.join(", "), actual: names },
  );
}

function localQuestion(
  request: DownloadRequest,
  context: { readonly target: RepositoryTarget; readonly signal?: AbortSignal | undefined },
): LocalCopyQuestion & { readonly revision: string } {
  const revision = revisionOf(request);
  const { target } = context;
  return {
    place: target.place,
    source: request.repository,
    selection: target.selection,
    // Where each commit has a directory, it was the ref that led to this one.
    isRevision: (marker: Marker) =>
      target.placeOf !== undefined || [marker.revision, marker.commit].includes(revision),
    revision,
    verify: request.verify,
    signal: context.signal,
  };
}

/** A local copy is done at once, and says so. */
function reportDone(result: DownloadResult, options: WaitOptions): DownloadResult {
  const bytes = result.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const count = result.files.length;
  options.onProgress?.({
    phase: "done",
    bytesDone: bytes,
    bytesTotal: bytes,
    filesDone: count,
    filesTotal: count,
    fraction: 1,
  });
  return result;
}

/** The failures for which a complete local copy is as good an answer as the hub's. */
function isHubAway(error: unknown): error is ModelError {
  if (!(error instanceof ModelError)) return false;
  return [
    "network",
    "timeout",
    "certificate",
    "proxy",
    "withheld",
    "hub-unavailable",
    "rate-limited",
    "unauthorized",
    "gated",
    "repository-not-found",
    "revision-not-found",
    "not-a-hub",
  ].includes(error.code);
}
