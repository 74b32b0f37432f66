import { type Command, Option } from "commander";
import {
  type CodeTrust,
  type DownloadRequest,
  type DownloadResult,
  fnmatch,
  type Layout,
  type UrlRequest,
} from "../../../spec/mod.ts";
import { DEFAULT_ENDPOINT, HubEnvironment } from "../../hub/environment.ts";
import { readPageAddress } from "../../hub/page_address.ts";
import { trustOf, trustOption } from "../model_options.ts";
import { DEFAULT_LAYOUT, layoutNames } from "../../layout/layouts/mod.ts";
import { addExamples } from "../add_examples.ts";
import { type CommonOptions, type CommandContext, type Session } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_code.ts";
import { formatBytes, formatDuration, printable } from "../output/format.ts";
import { printDownloadPlan } from "../output/print_download_plan.ts";
import {
  allRuntimesOption,
  isLoadedBy,
  type RuntimeOptions,
  runtimeOption,
} from "../output/print_runtimes.ts";
import { progressReports } from "../output/progress_reports.ts";
import { collect, parseSha256, parseSize, parseUrl, positiveInteger } from "../parse_options.ts";
import { printJson } from "../output/print_json.ts";

interface DownloadOptions extends CommonOptions, RuntimeOptions, CodeTrust {
  readonly revision?: string;
  readonly layout?: Layout;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly endpoint?: string;
  readonly concurrency?: number;
  readonly offline?: boolean;
  readonly verify?: boolean;
  readonly sha256?: string;
  readonly maxSize?: number;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly by?: "mlx-lm" | "mlx-swift";
}

/** Options about what a dry run says of the model. */
const DRY_RUN_ONLY = [
  "runtime",
  "allRuntimes",
  "trustModelCode",
] as const satisfies readonly (keyof DownloadOptions)[];

/** Options that mean nothing for the other kind of source. */
const REPOSITORY_ONLY = [
  "revision",
  "layout",
  "intoCache",
  "include",
  "exclude",
  "endpoint",
  "concurrency",
  "offline",
  "verify",
  "dryRun",
  "by",
  ...DRY_RUN_ONLY,
] as const satisfies readonly (keyof DownloadOptions)[];

const URL_ONLY = ["sha256", "maxSize"] as const satisfies readonly (keyof DownloadOptions)[];

/** Adds `mlx-layout download`. */
export function addDownloadCommand(program: Command, session: Session): void {
  const targets = layoutNames(({ isDownloadTarget }) => isDownloadTarget);
  const layout = new Option("--layout <layout>", `layout to write (default: ${DEFAULT_LAYOUT})`);
  const command = program
    .command("download")
    .description("download a model, or resume its download, and print its directory")
    .argument(
      "<models...>",
      "ORG/NAME on the hub or the address of its page, or the URL of one file (https://…); several one after the other",
    )
    .option("--revision <revision>", "branch, tag or commit (default: main)")
    .option("--root <directory>", "directory of the models")
    .addOption(layout.choices(targets))
    .addOption(
      new Option(
        "--into-cache",
        "download into the hub's own cache, where the official client has it",
      ).conflicts(["root", "layout", "by"]),
    )
    .option("--include <glob>", "files to fetch; may be repeated", collect)
    .option("--exclude <glob>", "files to leave out; may be repeated", collect)
    .option("--endpoint <url>", "URL of the hub (default: HF_ENDPOINT)", parseUrl)
    .option("--token <token>", "token for the hub (default: HF_TOKEN)")
    .option(
      "--concurrency <count>",
      "transfers at a time (default: from 8 up to 48, while more are faster)",
      positiveInteger(),
    )
    .option("--offline", "do not use the network")
    .option(
      "--verify",
      "hash every file that is there, also where nothing seems to have touched it",
    )
    .addOption(
      new Option("--by <runner>", "download with this runtime's own downloader, into its own place")
        .choices(["mlx-lm", "mlx-swift"])
        .conflicts(["layout", "dryRun", "concurrency"]),
    )
    .option("--sha256 <hex>", "SHA-256 that the file at a URL must have", parseSha256)
    .option(
      "--max-size <size>",
      "most that a file at a URL may have, such as 20GB (default: 64GiB if the server does not say)",
      parseSize,
    )
    .option("--dry-run", "only print what would be fetched, and which runtimes would load it")
    .addOption(runtimeOption())
    .addOption(allRuntimesOption())
    .addOption(trustOption())
    .option("--json", "print one JSON object per event, the result last")
    .option("--quiet", "show no progress");
  addExamples(command, [
    "download mlx-community/SmolLM-135M-Instruct-4bit",
    "download mlx-community/SmolLM-135M-Instruct-4bit --into-cache --dry-run",
    "download mlx-community/SmolLM-135M-Instruct-4bit --dry-run --runtime mlx-swift-lm@3.31.4",
    "download https://huggingface.co/mlx-community/SmolLM-135M-Instruct-4bit/tree/main",
    "download https://example.org/model.safetensors --root ~/Models",
  ]);
  command.action(async (models: readonly string[], options: DownloadOptions) => {
    const wrong = wrongOption(models, options);
    if (wrong !== undefined) command.error(`error: ${wrong}`);
    await downloadAll(models, options, session);
  });
}

/** Why an option cannot be used with what is downloaded; undefined where all can. */
function wrongOption(models: readonly string[], options: DownloadOptions): string | undefined {
  for (const isUrl of new Set(models.map(isFileAddress))) {
    const misplaced = isUrl
      ? REPOSITORY_ONLY.find((name) => options[name] !== undefined)
      : URL_ONLY.find((name) => options[name] !== undefined);
    if (misplaced !== undefined)
      return `option '${flagOf(misplaced)}' cannot be used with ${isUrl ? "a URL" : "ORG/NAME"}`;
  }
  const idle = options.dryRun === true ? undefined : DRY_RUN_ONLY.find((name) => options[name]);
  return idle && `option '${flagOf(idle)}' can only be used with --dry-run`;
}

/** One after the other: one that fails hides no other, and none hides that it failed. */
async function downloadAll(
  models: readonly string[],
  options: DownloadOptions,
  session: Session,
): Promise<void> {
  const words = {
    afterInterruption: "What was downloaded is kept: retry the command to resume.",
  };
  const exitCodes: ExitCode[] = [];
  for (const model of models) {
    const page = readPageAddress(model, endpointOf(options));
    const start = (context: CommandContext) => {
      if (page?.kind === "model")
        return download(page.repository, withRevision(options, page), context);
      return isFileAddress(model)
        ? downloadUrl(model, options, context)
        : download(model, options, context);
    };
    await session.run(options, start, words);
    exitCodes.push(session.exitCode);
    // What was interrupted is not gone on with.
    if (session.exitCode > EXIT_CODES.usage) break;
  }
  session.exitCode = exitCodes.find((code) => code !== EXIT_CODES.done) ?? EXIT_CODES.done;
}

/** Whether an argument is the address of a file, and neither a repository nor its page. */
function isFileAddress(model: string): boolean {
  return model.includes("://") && readPageAddress(model, DEFAULT_ENDPOINT)?.kind !== "model";
}

function endpointOf({ endpoint }: DownloadOptions): string {
  return endpoint !== undefined && URL.canParse(endpoint) ? endpoint : DEFAULT_ENDPOINT;
}

/** The revision of the page, unless an option names one. */
function withRevision(
  options: DownloadOptions,
  { revision }: { readonly revision?: string },
): DownloadOptions {
  return revision === undefined || options.revision !== undefined
    ? options
    : { ...options, revision };
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

async function download(
  repository: string,
  options: DownloadOptions,
  context: CommandContext,
): Promise<ExitCode> {
  // What is left has the names of the request's fields.
  const {
    root: _root,
    json: _json,
    quiet: _quiet,
    dryRun,
    sha256: _sha256,
    maxSize: _max,
    runtime,
    allRuntimes: _all,
    trustModelCode: _trust,
    by,
    intoCache,
    ...rest
  } = options;
  const request: DownloadRequest = {
    repository,
    ...rest,
    ...(intoCache === true && { layout: "hf-cache" as const }),
  };
  if (dryRun === true) {
    const asked = { ...request, ...trustOf(options) };
    const plan = await context.manager.planDownload(asked, context.wait);
    if (options.json === true) printJson(context.stdout, "plan", plan);
    else printDownloadPlan(plan, options, context.stdout);
    const isLoaded = runtime === undefined || isLoadedBy(plan.model?.runtimes ?? [], options);
    return isLoaded ? EXIT_CODES.done : EXIT_CODES.failed;
  }
  return transfer(options, context, (wait) =>
    by === undefined
      ? context.manager.download(request, wait)
      : context.manager.downloadDelegated({ ...request, runner: by }, wait),
  );
}

function downloadUrl(
  url: string,
  options: DownloadOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { sha256, token, maxSize } = options;
  const request: UrlRequest = {
    url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(token === undefined ? {} : { token }),
    ...(maxSize === undefined ? {} : { maxSizeBytes: maxSize }),
  };
  return transfer(options, context, (wait) => context.manager.downloadUrl(request, wait));
}

/** Runs a transfer with its progress, and prints its result. */
async function transfer(
  options: DownloadOptions,
  context: CommandContext,
  start: (wait: CommandContext["wait"]) => Promise<DownloadResult>,
): Promise<ExitCode> {
  const startedMs = context.host.clock.now();
  const isAsked = !(options.offline ?? new HubEnvironment(context.env).isOffline);
  const { onProgress, end } = progressReports(options, context);
  let result: DownloadResult;
  try {
    result = await start({ ...context.wait, ...(onProgress === undefined ? {} : { onProgress }) });
  } finally {
    end();
  }
  const unmatched = (options.include ?? []).filter(
    (pattern) => !result.files.some(({ path }) => fnmatch(pattern, path)),
  );
  if (options.json === true) {
    printJson(context.stdout, "result", {
      ...result,
      ...(unmatched.length > 0 && { unmatched }),
    });
  } else {
    if (options.quiet !== true) {
      context.stderr.write(
        `${summary(result, { elapsedMs: context.host.clock.now() - startedMs, isAsked })}\n`,
      );
    }
    for (const pattern of unmatched) {
      context.stderr.write(`mlx-layout: No file matches ${printable(pattern)}\n`);
    }
    context.stdout.write(`${result.directory}\n`);
  }
  return EXIT_CODES.done;
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
