/**
 * The work of `mlx-conform list`.
 *
 * @module
 */

import { join } from "node:path";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import {
  EXIT_CODES,
  installedName,
  isInstalled,
  KNOWN_SUBJECTS,
  miniatures,
} from "../../../harness/internal.ts";
import { scenarios } from "../../mod.ts";
import { SUBJECTS_DIRECTORY } from "../command_defaults.ts";
import type { ConformContext } from "../conform_context.ts";
import { DELEGATED_PROGRAMS, REFERENCE_PROGRAMS } from "../own_programs.ts";
import type { ListName } from "./explain_commands.ts";

/** What each list has of each thing; the last is the longest. */
const LISTS: Readonly<Record<ListName, () => readonly Readonly<Record<string, unknown>>[]>> = {
  requirements: () =>
    Object.entries(REQUIREMENTS).map(([id, { level, profile, text }]) => ({
      id,
      level,
      profile,
      sentence: text,
    })),
  scenarios: () =>
    scenarios.map(({ name, worlds, covers }) => ({ name, worlds: worlds ?? "all", covers })),
  miniatures: () => miniatures.map(({ name, breaks, mistake }) => ({ name, breaks, mistake })),
  subjects: () => [
    ...[...Object.keys(REFERENCE_PROGRAMS), ...Object.keys(DELEGATED_PROGRAMS)].map((name) => ({
      name,
      state: "part of this package",
    })),
    ...KNOWN_SUBJECTS.map((known) => ({
      name: known.name,
      state: isInstalled(known, join(SUBJECTS_DIRECTORY, installedName(known)))
        ? "installed"
        : `not installed: mlx-conform subjects ${known.name}`,
    })),
  ],
};

/** Prints a list. @returns the exit code */
export function listAll(
  what: ListName,
  { json, context }: { readonly json: boolean; readonly context: ConformContext },
): number {
  const entries = LISTS[what]();
  const text = json ? JSON.stringify(entries, undefined, 2) : columns(entries).join("\n");
  context.writeOut(`${text}\n`);
  return EXIT_CODES.conformant;
}

/** Aligns all columns but the last. */
function columns(entries: readonly Readonly<Record<string, unknown>>[]): string[] {
  const rows = entries.map((entry) =>
    Object.values(entry).map((value) => (Array.isArray(value) ? value.join(" ") : String(value))),
  );
  const count = rows[0]?.length ?? 0;
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => (at === count - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
