import {
  type DelegatedDownloadRequest,
  type Digest,
  type DownloadResult,
  type FileFault,
  type Host,
  type SubjectConfig,
  type Progress,
  type WaitOptions,
  DEFAULT_PATTERNS,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { readHubSettings } from "../hub/hub_settings.ts";
import type { ListedFile } from "../hub/list_files.ts";
import type { RetryPolicy } from "../hub/retry.ts";
import { assertWhole, selectFiles, selectionOf } from "../layout/select_files.ts";
import { verifyFiles } from "../records/verify_files.ts";
import { findRunner } from "../run/find_runner.ts";
import { startClient } from "../run/open_session.ts";
import type { RunnerClient } from "../run/runner_client.ts";
import { RepositoryDownloader } from "./repository_downloader.ts";
import { confinedHost } from "../layout/confined_host.ts";

/**
 * What each runtime's own downloader fetches, no matter what is asked for: mlx-lm's `DEFAULT_ALLOW_PATTERNS`, and
 * mlx-swift-lm's `modelDownloadPatterns`.
 */
const RUNTIME_PATTERNS: Readonly<Record<string, readonly string[]>> = {
  "mlx-lm": [
    "*.json",
    "model*.safetensors",
    "*.py",
    "tokenizer.model",
    "*.tiktoken",
    "tiktoken.model",
    "*.txt",
    "*.jsonl",
    "*.jinja",
  ],
  "mlx-swift": ["*.safetensors", "*.json", "*.jinja"],
};

/** Stands in for a hash that the hub hides. */
const NO_DIGEST: Digest = "sha256:";

/**
 * Downloads with an MLX runtime's own downloader, in a child process, and verifies the result by the rules of every
 * download: `DL-DELEGATED`.
 *
 * The commit is resolved here and handed over, so that what the runtime downloads is what is verified. The place is
 * the runtime's own (a snapshot in the hub's cache for mlx-lm) and no marker is written there: blobs' names or the
 * downloader's metadata state the hashes, and a check reads those.
 */
export class DelegatedDownloader {
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #repositories: RepositoryDownloader;

  constructor(
    host: Host,
    config: SubjectConfig,
    options: { readonly retry?: Partial<RetryPolicy> | undefined } = {},
  ) {
    this.#host = confinedHost(host, config);
    this.#config = config;
    this.#repositories = new RepositoryDownloader(host, config, options);
  }

  /**
   * Downloads with the runtime, and hashes every file.
   *
   * @throws {ModelError} `integrity` for what is missing or of other bytes, a code `runner-…`, or that of the hub
   */
  async download(
    request: DelegatedDownloadRequest,
    options: WaitOptions = {},
  ): Promise<DownloadResult> {
    const { env } = this.#config;
    const { endpoint, token, offline } = await readHubSettings(this.#host.files, env, request);
    if (offline)
      throw new ModelError(
        "offline",
        "Cannot download with a runtime: the network is switched off (HF_HUB_OFFLINE or --offline); switch it on",
      );
    const { commit, listed } = await this.#repositories.snapshot(request, options);
    const selection = selectionOf(request);
    const selected = selectFiles(listed, selection);
    if (!selection.isChosen)
      assertWhole(
        selected.map(({ path }) => path),
        { repository: request.repository },
      );
    const { signal } = options;
    await using client = await this.#start(request, {
      signal,
      env: { HF_ENDPOINT: endpoint, ...(token !== undefined && { HF_TOKEN: token }) },
    });
    const patterns = RUNTIME_PATTERNS[client.hello.name] ?? DEFAULT_PATTERNS;
    const wanted = selectFiles(selected, selectionOf({ include: patterns }));
    const meter = progressOf(wanted, options);
    const { repository } = request;
    const directory = await client.download(
      { repository, revision: commit },
      { signal, onProgress: (bytesDone) => meter.move(bytesDone) },
    );
    const fetchedBytes = meter.bytesDone;
    meter.publish();
    await this.#verify(directory, { wanted, repository, signal });
    meter.end();
    const files = wanted.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
    return { directory, commit, files, bytesFetched: fetchedBytes, offline: false };
  }

  async #start(
    request: DelegatedDownloadRequest,
    options: { readonly signal: AbortSignal | undefined; readonly env: SubjectConfig["env"] },
  ): Promise<RunnerClient> {
    const { files, clock, programs } = this.#host;
    const { env } = this.#config;
    const wanted = request.runner ?? "auto";
    const best = await findRunner(wanted, { files, env, programs });
    // Only MLX's runtimes have a downloader of their own.
    const found =
      wanted === "auto" && best.name === "reference"
        ? await findRunner("mlx-lm", { files, env, programs })
        : best;
    const client = await startClient(found, {
      files,
      env,
      programs,
      clock,
      signal: options.signal,
      extraEnv: options.env,
    });
    if (client.hello.operations.includes("download")) return client;
    await client.close();
    throw new ModelError(
      "unsupported",
      `Cannot download with the runner ${client.hello.name}: it has no downloader; use mlx-lm or mlx-swift`,
    );
  }

  async #verify(
    directory: string,
    context: {
      readonly wanted: readonly ListedFile[];
      readonly repository: string;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<void> {
    const { wanted, repository, signal } = context;
    const faults: FileFault[] = [];
    for (const { path, sizeBytes, digest } of wanted) {
      const { files } = this.#host;
      const record = { path, sizeBytes, digest: digest ?? NO_DIGEST, modifiedMs: 0 };
      // oxlint-disable-next-line no-await-in-loop -- one disk
      const found = await verifyFiles(files, directory, {
        recorded: [record],
        hash: "always",
        signal,
      });
      // Where the hub hides the hash, only size and presence can be verified.
      const isHidden = digest === undefined;
      faults.push(...found.filter(({ fault }) => !(isHidden && fault === "hash")));
    }
    const [first] = faults;
    if (first === undefined) return;
    const more = faults.length === 1 ? "" : `, and ${faults.length - 1} more files are wrong`;
    throw new ModelError(
      "integrity",
      `Cannot use the runtime's download of "${repository}" in "${directory}": ${first.path} ${first.detail}${more}; remove it and download it again`,
      { file: first.path, expected: "the listed size and hash", actual: first.detail },
    );
  }
}

/** Progress over the bytes that are listed: a runtime's own counts begin late and go back. */
function progressOf(wanted: readonly ListedFile[], { onProgress }: WaitOptions) {
  const bytesTotal = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const filesTotal = wanted.length;
  const meter = {
    bytesDone: 0,
    move: (bytesDone: number) => {
      meter.bytesDone = Math.min(Math.max(meter.bytesDone, bytesDone), bytesTotal);
      tell("transfer", 0);
    },
    publish: () => {
      meter.bytesDone = bytesTotal;
      tell("publish", 0);
    },
    end: () => tell("done", filesTotal),
  };
  const tell = (phase: Progress["phase"], filesDone: number) =>
    onProgress?.({
      phase,
      bytesDone: meter.bytesDone,
      bytesTotal,
      filesDone,
      filesTotal,
      // All bytes are there before they are verified; only the end is all of it.
      fraction: phase === "done" ? 1 : Math.min(0.999, meter.bytesDone / Math.max(bytesTotal, 1)),
    });
  meter.move(0);
  return meter;
}
