import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { ProgramLimitations } from "./program.ts";
import { installedName, KNOWN_SUBJECTS, type KnownSubject } from "./known_subjects.ts";

/** A program and what it needs in its environment. */
export interface FoundProgram {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly limitations?: ProgramLimitations;
}

const SCRIPTS = fileURLToPath(new URL("./adapters/", import.meta.url));
/** Only JavaScript is built; everything else lies with the sources. */
const ADAPTERS = SCRIPTS.replace(/([/\\])dist([/\\]harness[/\\])/, "$2");

/**
 * The program that a command line names: a known subject, or a program and its arguments as in a shell.
 *
 * @param text as after `--subject`
 * @throws {RangeError} when a known subject is not installed
 */
export function findProgram(
  text: string,
  options: { readonly installedUnder: string },
): FoundProgram {
  const known = KNOWN_SUBJECTS.find(({ name }) => name === text);
  if (known === undefined) return { command: splitCommand(text), env: {} };
  const installed = join(options.installedUnder, installedName(known));
  if (!isInstalled(known, installed))
    throw new RangeError(`${text} is not installed: run "mlx-conform subjects ${text}"`);
  const command = known.command({
    adapters: ADAPTERS,
    scripts: SCRIPTS,
    installed,
    ending: import.meta.url.split(".").at(-1) ?? "js",
  });
  return { command, env: { SUBJECT_DIRECTORY: installed, ...known.env } };
}

/** Whether everything that a known subject needs is there. */
export function isInstalled(known: KnownSubject, installed: string): boolean {
  return known.packages === undefined || existsSync(installed);
}

/** Splits a command line at blanks; quotes of either kind hold a word together, and nothing else is special. */
export function splitCommand(text: string): string[] {
  const words = text.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return words.map((word) => (/^["']/.test(word) ? word.slice(1, -1) : word));
}
