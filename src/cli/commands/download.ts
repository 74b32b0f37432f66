import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type DownloadRequest,
  type DownloadResult,
  fnmatch,
  type Layout,
  type Progress,
  type UrlRequest,
} from "../../../spec/mod.ts";
import { HubEnvironment } from "../../hub/environment.ts";
import { EXIT_CODES, type ExitCode } from "../exit_code.ts";
import { formatBytes, formatDuration, printable } from "../output/format.ts";
import { printDownloadPlan } from "../output/print_download_plan.ts";
import { ProgressLine } from "../output/progress_line.ts";
import {
  type CommonOptions,
  printJson,
  type CommandContext,
  type Session,
} from "../command_context.ts";

interface DownloadOptions extends CommonOptions {
  readonly revision?: string;
  readonly layout?: Layout;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly endpoint?: string;
  readonly concurrency?: number;
  readonly offline?: boolean;
  readonly sha256?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly by?: "mlx-lm" | "mlx-swift";
}

/** Options that mean nothing for the other kind of source. */
const REPOSITORY_ONLY = [
  "revision",
  "layout",
  "include",
  "exclude",
  "endpoint",
  "concurrency",
  "offline",
  "dryRun",
  "by",
] as const satisfies readonly (keyof DownloadOptions)[];

/** In JSON, progress is told at most so often. */
const JSON_PROGRESS_MS = 250;

/** Adds `mlx-layout download`. */
export function addDownloadCommand(program: Command, session: Session): void {
  const command = program
    .command("download")
    .description("download a model, or go on with a download, and print its directory")
    .argument("<model>", "ORG/NAME on the hub, or the address of one file (https://…)")
    .option("--revision <revision>", "branch, tag or commit (default: main)")
    .option("--root <directory>", "directory of the models")
    .addOption(
      new Option("--layout <layout>", "where the model is put (default: hubapi)").choices([
        "hubapi",
        "lmstudio",
        "hf-cache",
      ]),
    )
    .option("--include <glob>", "files to fetch; may be repeated", collect)
    .option("--exclude <glob>", "files to leave out; may be repeated", collect)
    .option("--endpoint <url>", "address of the hub (default: HF_ENDPOINT)", parseUrl)
    .option("--token <token>", "token for the hub (default: HF_TOKEN)")
    .option("--concurrency <count>", "transfers at once (default: 8)", parseCount)
    .option("--offline", "use no network")
    .addOption(
      new Option("--by <runner>", "let this runtime's own downloader do it, into its own place")
        .choices(["mlx-lm", "mlx-swift"])
        .conflicts(["layout", "dryRun", "concurrency"]),
    )
    .option("--sha256 <hex>", "the hash that the file at an address must have", parseSha256)
    .option("--dry-run", "only show what would be fetched")
    .option("--json", "print one JSON object per event, the result last")
    .option("--quiet", "show no progress");
  command.action(async (model: string, options: DownloadOptions) => {
    const isUrl = model.includes("://");
    const misplaced = isUrl
      ? REPOSITORY_ONLY.find((name) => options[name] !== undefined)
      : options.sha256 === undefined
        ? undefined
        : "sha256";
    if (misplaced !== undefined) {
      command.error(
        `error: option '--${misplaced === "dryRun" ? "dry-run" : misplaced}' is not for ${isUrl ? "an address" : "ORG/NAME"}`,
      );
    }
    await session.run(
      options,
      (scene) => (isUrl ? downloadUrl(model, options, scene) : download(model, options, scene)),
      {
        afterInterruption: "What was downloaded is kept: run the same command again to go on.",
      },
    );
  });
}

async function download(
  repository: string,
  options: DownloadOptions,
  scene: CommandContext,
): Promise<ExitCode> {
  // What is left has the names of the request's fields.
  const { root: _root, json: _json, quiet: _quiet, dryRun, sha256: _sha256, by, ...rest } = options;
  const request: DownloadRequest = { repository, ...rest };
  if (dryRun === true) {
    const plan = await scene.manager.planDownload(request, scene.wait);
    if (options.json === true) printJson(scene.stdout, { event: "plan", ...plan });
    else printDownloadPlan(plan, scene.stdout);
    return EXIT_CODES.done;
  }
  return transfer(options, scene, (wait) =>
    by === undefined
      ? scene.manager.download(request, wait)
      : scene.manager.downloadDelegated({ ...request, runner: by }, wait),
  );
}

function downloadUrl(
  url: string,
  options: DownloadOptions,
  scene: CommandContext,
): Promise<ExitCode> {
  const { sha256, token } = options;
  const request: UrlRequest = {
    url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(token === undefined ? {} : { token }),
  };
  return transfer(options, scene, (wait) => scene.manager.downloadUrl(request, wait));
}

/** Runs a transfer with its progress, and prints its result. */
async function transfer(
  options: DownloadOptions,
  scene: CommandContext,
  start: (wait: CommandContext["wait"]) => Promise<DownloadResult>,
): Promise<ExitCode> {
  const startedMs = scene.host.clock.now();
  const isAsked = !(options.offline ?? new HubEnvironment(scene.env).isOffline);
  const { onProgress, end } = progressReports(options, scene);
  let result: DownloadResult;
  try {
    result = await start({ ...scene.wait, ...(onProgress === undefined ? {} : { onProgress }) });
  } finally {
    end();
  }
  const unmatched = (options.include ?? []).filter(
    (pattern) => !result.files.some(({ path }) => fnmatch(pattern, path)),
  );
  if (options.json === true) {
    printJson(scene.stdout, {
      event: "result",
      ...result,
      ...(unmatched.length > 0 && { unmatched }),
    });
  } else {
    if (options.quiet !== true) {
      scene.stderr.write(
        `${summary(result, { elapsedMs: scene.host.clock.now() - startedMs, isAsked })}\n`,
      );
    }
    for (const pattern of unmatched) {
      scene.stderr.write(`mlx-layout: No file matches ${printable(pattern)}\n`);
    }
    scene.stdout.write(`${result.directory}\n`);
  }
  return EXIT_CODES.done;
}

interface ProgressReports {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly end: () => void;
}

function progressReports(options: DownloadOptions, scene: CommandContext): ProgressReports {
  const nothing = () => undefined;
  if (options.quiet === true) return { onProgress: undefined, end: nothing };
  const { clock } = scene.host;
  if (options.json !== true) {
    const { isTerminal, stderr: output } = scene;
    const line = new ProgressLine({ output, clock, isTerminal });
    return { onProgress: (progress) => line.update(progress), end: () => line.end() };
  }
  let printedAtMs = Number.NEGATIVE_INFINITY;
  let printedPhase: Progress["phase"] | undefined;
  const onProgress = (progress: Progress) => {
    const nowMs = clock.now();
    if (progress.phase === printedPhase && nowMs - printedAtMs < JSON_PROGRESS_MS) return;
    printedAtMs = nowMs;
    printedPhase = progress.phase;
    printJson(scene.stdout, { event: "progress", ...progress });
  };
  return { onProgress, end: nothing };
}

function summary(
  result: DownloadResult,
  asked: { readonly elapsedMs: number; readonly isAsked: boolean },
): string {
  const { elapsedMs, isAsked } = asked;
  const bytes = result.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const count = `${result.files.length} ${result.files.length === 1 ? "file" : "files"}`;
  if (result.offline) {
    const hub = isAsked ? "The hub gave no answer" : "The hub was not asked";
    return `${hub}; the local copy is complete: ${count}, ${formatBytes(bytes)}`;
  }
  if (result.bytesFetched === 0) return `Up to date: ${count}, ${formatBytes(bytes)}`;
  return `Done: ${count}, ${formatBytes(bytes)}; fetched ${formatBytes(result.bytesFetched)} in ${formatDuration(elapsedMs)}`;
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError("It must be a whole number from 1 on.");
  }
  return count;
}

function parseSha256(value: string): string {
  if (!/^[0-9a-f]{64}$/i.test(value)) {
    throw new InvalidArgumentError("It must be 64 hexadecimal digits.");
  }
  return value.toLowerCase();
}

function parseUrl(value: string): string {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError("It must be an address that begins with https:// or http://.");
  }
  return value;
}
