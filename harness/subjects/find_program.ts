import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isAbsolute, join, resolve } from "node:path";
import type { ProgramLimitations } from "./program.ts";
import { clientCache } from "./versions/client_cache.ts";
import { ONCE } from "./subject_text.ts";
import { installedName, KNOWN_SUBJECTS, type KnownSubject } from "./known_subjects.ts";
import { clientVersion, subjectAt, type VersionedClient } from "./versions/versioned_clients.ts";

/** A program and what it needs in its environment. */
export interface FoundProgram {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly limitations?: ProgramLimitations;
}

/** How the names of scripts end: as source or as built. */
const ENDING = import.meta.url.split(".").at(-1) ?? "js";
const ADAPTERS = fileURLToPath(new URL("./adapters/", import.meta.url));

/** How a program is found. */
export interface FindProgramOptions {
  /** The directory below which known subjects are installed. */
  readonly installedUnder: string;
  /** The directory that relative paths start from. @default {that of this process} */
  readonly cwd?: string;
}

/**
 * The program that a command line names: a known subject, or a program and its arguments as in a shell. A word that is a
 * relative path starts from the caller's directory, as a subject runs in another one.
 *
 * @param text as after `--subject`; with `--once` before it, a program that is run anew for each line
 * @throws {RangeError} when a known subject is not installed
 */
export function findProgram(
  text: string,
  { installedUnder, cwd = process.cwd() }: FindProgramOptions,
): FoundProgram {
  const versioned = clientVersion(text);
  if (versioned?.version !== undefined) return versionProgram(versioned.client, versioned.version);
  const known = KNOWN_SUBJECTS.find(({ name }) => name === text);
  if (known === undefined) {
    const words = splitCommand(text);
    const isOnce = words[0] === ONCE;
    const command = fromDirectory(isOnce ? words.slice(1) : words, cwd);
    return { command: isOnce ? onceCommand(command) : command, env: {} };
  }
  const installed = join(installedUnder, installedName(known));
  if (!isInstalled(known, installed))
    throw new RangeError(`${text} is not installed: run "mlx-conform subjects ${text}"`);
  return installedProgram(known, installed);
}

/** A client in a version that was installed to be judged. */
function versionProgram(client: VersionedClient, version: string): FoundProgram {
  const subject = subjectAt(client, version);
  const installed = join(clientCache(process.env), installedName(subject));
  if (!isInstalled(subject, installed))
    throw new RangeError(
      `${subject.name} is not installed: run "mlx-conform judge ${subject.name}"`,
    );
  return installedProgram(subject, installed);
}

function installedProgram(known: KnownSubject, installed: string): FoundProgram {
  const command = known.command({
    adapters: ADAPTERS,
    installed,
    ending: ENDING,
  });
  return { command, env: { SUBJECT_DIRECTORY: installed, ...known.env } };
}

/** The command of a program that is run anew for each line. */
function onceCommand(command: readonly string[]): string[] {
  return [process.execPath, join(ADAPTERS, `once_shim.${ENDING}`), ...command];
}

/** Words of a command line with the relative paths among them made absolute: what begins as one, and arguments that are files. */
function fromDirectory(words: readonly string[], cwd: string): string[] {
  return words.map((word, at) => {
    if (isAbsolute(word)) return word;
    const isPath = /^\.{1,2}[/\\]/.test(word) || (at === 0 && /[/\\]/.test(word));
    const path = resolve(cwd, word);
    return isPath || (at > 0 && isFile(path)) ? path : word;
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
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
