import { InvalidArgumentError, Option } from "commander";
import type { ModelKind, RuntimeVerdict } from "../../../spec/mod.ts";
import {
  newestVerdicts,
  parseRuntimeChoice,
  type RuntimeChoice,
  runtimeNames,
  verdictOf,
} from "../../load/runtimes/choose_runtime.ts";
import type { Output } from "../text_output.ts";
import { printable } from "./format.ts";

/** What the options about runtimes say. */
export interface RuntimeOptions {
  readonly runtime?: RuntimeChoice;
  readonly allRuntimes?: boolean;
  /** Of which kind the model is; runtimes for other kinds then are not named. */
  readonly kind?: ModelKind | undefined;
}

/** The option that names the runtime whose answer decides the exit code. */
export function runtimeOption(): Option {
  const names = runtimeNames().join(", ");
  const text = `runtime that must load it (${names}); default: any one`;
  return new Option("--runtime <name[@version]>", text).argParser((value: string) => {
    const choice = parseRuntimeChoice(value);
    if (choice !== undefined) return choice;
    throw new InvalidArgumentError(`It must be one of ${names}, with @VERSION or without.`);
  });
}

/** The option that prints every range of versions of every runtime. */
export function allRuntimesOption(): Option {
  return new Option("--all-runtimes", "print the answer of every runtime and version");
}

/** Whether the chosen runtime loads the model; without a choice, whether any one does. */
export function isLoadedBy(
  verdicts: readonly RuntimeVerdict[],
  { runtime }: RuntimeOptions,
): boolean {
  return runtime === undefined
    ? verdicts.some(({ loads }) => loads)
    : verdictOf(verdicts, runtime)?.loads === true;
}

/**
 * Prints which runtimes load a model: `mlx-lm 0.32.0 and later: no, because …; remedy: …`.
 *
 * Without a choice, the newest release of each runtime that is for models of this kind.
 */
export function printRuntimes(
  verdicts: readonly RuntimeVerdict[],
  options: RuntimeOptions,
  stdout: Output,
): void {
  const { runtime, allRuntimes } = options;
  const chosen = runtime && verdictOf(verdicts, runtime);
  const shown =
    runtime === undefined
      ? allRuntimes === true
        ? verdicts
        : newestVerdicts(verdicts, options.kind)
      : chosen === undefined
        ? []
        : [chosen];
  if (runtime !== undefined && chosen === undefined)
    stdout.write(
      `${[runtime.runtime, runtime.version].filter(Boolean).join(" ")}: unknown, older than any version read\n`,
    );
  for (const verdict of shown) stdout.write(`${describeVerdict(verdict)}\n`);
}

/** One line about one range of versions. */
export function describeVerdict({
  runtime,
  from,
  before,
  loads,
  why,
  remedy,
}: RuntimeVerdict): string {
  const range = before === undefined ? `${from} and later` : `${from} to before ${before}`;
  const versions = from === "main" ? "main" : range;
  if (loads) return `${runtime} ${versions}: yes`;
  const cure = remedy === undefined ? "" : `; remedy: ${printable(remedy)}`;
  return `${runtime} ${versions}: no, because ${printable(why.join("; "))}${cure}`;
}
