import {
  type CheckReport,
  type CodeTrust,
  type Digest,
  type FileSystem,
  modelKind,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { CheckContext } from "./check_context.ts";
import { checkConfig, checkText, identifyFiles, isRuntimeFile } from "./check_small_files.ts";
import { checkWeights } from "./check_weights.ts";
import { countParameters } from "./tensors/count_parameters.ts";
import { defaultRoot, type DirectoryEntries, listEntries } from "./list_entries.ts";
import { systemCode } from "./bytes/read_bytes.ts";
import { describeSettings } from "./config/read_quantization.ts";
import { readProcessor } from "./runtimes/read_processor.ts";
import { addVerdicts } from "./runtimes/add_verdicts.ts";
import { digestOfRecord, recordFiles } from "./recorded_digests.ts";

/** Options of {@linkcode checkDirectory}. */
export interface CheckDirectoryOptions extends CodeTrust {
  readonly signal?: AbortSignal;
  /** Digests that files must have, by path relative to the directory, from a marker. */
  readonly digests?: ReadonlyMap<string, Digest>;
  /**
   * Directory that links may lead into.
   *
   * @default {the directory itself, or the hub's cache if it is a snapshot there}
   */
  readonly root?: string;
  /**
   * `headers`: names, sizes and the headers of weights are examined, and no tensor, tokenizer or template is read.
   *
   * @default {"full"}
   */
  readonly depth?: "headers" | "full" | undefined;
}

const RECORD_BYTES_MAX = 64 * 1024;

/**
 * Examines everything that can be known about a model's directory before a runtime opens it.
 *
 * Nothing is executed, nothing is written, and no file outside the directory and the root is opened:
 * `LOAD-CONFINED`, `LOAD-INERT`. All causes are collected, not only the first.
 *
 * @throws ModelError with the code `not-downloaded` when there is no such directory
 */
export async function checkDirectory(
  files: FileSystem,
  directory: string,
  options: CheckDirectoryOptions = {},
): Promise<CheckReport> {
  const { signal } = options;
  signal?.throwIfAborted();
  const root = options.root ?? defaultRoot(directory);
  const listed = await listOrExplain(files, directory, { root, signal });
  if (typeof listed === "string") return unreadableReport(directory, listed);

  const context = new CheckContext({
    files,
    entries: listed.files,
    signal,
    trustsModelCode: options.trustModelCode,
    depth: options.depth,
  });
  for (const finding of listed.faulty) context.add(finding);
  const unusable = listed.faulty.map(({ path }) => path);
  await collectDigests(context, options.digests);
  context.kind = modelKind({ paths: [...context.entries.keys()], config: undefined });
  const foreign = await identifyFiles(context);
  const usable = new Set([...foreign, ...unusable]);
  const config = unusable.includes("config.json") ? undefined : await checkConfig(context, usable);
  const { weightFiles, tensors, indexed } = await checkWeights(context, config, unusable);
  // Of audio, vocab_size may count its codes.
  const vocabularySize = context.kind === "audio" ? undefined : config?.vocabularySize;
  await checkText(context, usable, vocabularySize);
  for (const path of context.digests.keys()) {
    if (!path.endsWith(".safetensors")) await context.compareWhole(path);
  }

  const paths = [...context.entries.keys()].toSorted();
  const processor = await readProcessor(context);
  const runtimes = addVerdicts(context, config, { paths, indexed, processor });
  const findings = context.findings();
  return {
    directory,
    loadable: findings.every(({ level }) => level !== "error"),
    findings,
    architecture: config?.modelType,
    kind: context.kind,
    runtimes,
    ...(context.base !== undefined && { base: context.base }),
    parameterCount: countParameters(tensors, config),
    tensorCount: tensors.size,
    quantization: config?.quantization && describeSettings(config.quantization),
    weightFiles,
  };
}

/** @returns a text when the directory is there but the disk does not let it be read */
async function listOrExplain(
  files: FileSystem,
  directory: string,
  options: { readonly root: string; readonly signal: AbortSignal | undefined },
): Promise<DirectoryEntries | string> {
  try {
    return await listEntries(files, directory, options);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") return code;
    throw new ModelError(
      "not-downloaded",
      `Cannot check "${directory}": there is no such directory; download the model first`,
      { cause: error },
    );
  }
}

function unreadableReport(directory: string, code: string): CheckReport {
  return {
    directory,
    loadable: false,
    findings: [
      {
        cause: "unreadable",
        path: ".",
        detail: `The disk answered ${code} when the directory was read`,
        level: "error",
      },
    ],
    architecture: undefined,
    parameterCount: 0,
    tensorCount: 0,
    quantization: undefined,
    weightFiles: [],
  };
}

/** A marker's digest wins over what a downloader noted. */
async function collectDigests(
  context: CheckContext,
  given: ReadonlyMap<string, Digest> | undefined,
): Promise<void> {
  for (const { about, record } of recordFiles([...context.entries.values()])) {
    if (given?.has(about) === true || !(isRuntimeFile(about) || context.entries.has(about)))
      continue;
    // A record has three lines; what is longer is not one.
    if (record.sizeBytes > RECORD_BYTES_MAX) continue;
    const bytes = await context.read(record.path, RECORD_BYTES_MAX);
    const digest = bytes && digestOfRecord(bytes);
    if (digest !== undefined) context.digests.set(about, digest);
  }
  for (const [path, digest] of given ?? []) context.digests.set(path, digest);
}
