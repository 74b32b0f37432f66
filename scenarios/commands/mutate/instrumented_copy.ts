/**
 * A copy of the project whose source holds many mutants, each of which can be switched on without building anything again.
 *
 * @module
 */

import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { withComparedValues } from "./compared_values.ts";
import { type Mutant, placeOf } from "./mutant.ts";
import { sampleOf } from "./sample.ts";

/** Most texts are messages, whose wording no requirement judges. */
const EXCLUDED_MUTATIONS = ["StringLiteral"];
/** Beside the source, what the scenarios need. */
const COPIED = ["spec", "harness", "scenarios", "package.json", "tsconfig.json", "README.md"];
/** So many further places of a file with a drawn mutant are counted, and never changed: they say which scenarios run the file. */
const PROBES_MAX = 12;

/** Options of {@linkcode makeInstrumentedCopy}. */
export interface InstrumentedCopyOptions {
  /** Folders of `src`, or paths of files in it. @default {all} */
  readonly only: readonly string[];
  /** How many mutants, drawn by the seed. */
  readonly sample: number;
  readonly seed: number;
  /** Only these are drawn. @default {all} */
  readonly among?: readonly Mutant[];
}

/** What {@linkcode makeInstrumentedCopy} made. */
export interface InstrumentedCopy {
  readonly mutants: readonly Mutant[];
  /** The ids of places by the path of their file, below `src/`; those of the mutants are among them. */
  readonly places: ReadonlyMap<string, readonly string[]>;
  /** The ids of the mutants whose values are compared with those of the unchanged source, where it runs. */
  readonly compared: ReadonlySet<string>;
  readonly total: number;
}

/** All mutants of files of a project's source. */
export async function mutantsOf(project: string, only: readonly string[]): Promise<Mutant[]> {
  const files = await sourceFiles(join(project, "src"), only);
  const contents = new Map(files.map(({ name, content }) => [name, content]));
  const { mutants } = await instrument(files.map((file) => ({ ...file, mutate: true })));
  return mutants
    .filter(({ status }) => status !== "Ignored")
    .map((found) => describe(found, { project, contents }));
}

/**
 * Copies a project, and places a sample of all mutants in the copy's source.
 *
 * @returns the mutants that were placed; the ids of all places of the same files, which say who runs them; and how many there
 *   are in all
 */
export async function makeInstrumentedCopy(
  project: string,
  into: string,
  { only, sample, seed, among }: InstrumentedCopyOptions,
): Promise<InstrumentedCopy> {
  const files = await sourceFiles(join(project, "src"), only);
  const contents = new Map(files.map(({ name, content }) => [name, content]));
  const known = (found: PlacedMutant) => describe(found, { project, contents });
  const found = (await instrument(files.map((file) => ({ ...file, mutate: true })))).mutants;
  const wanted = among === undefined ? undefined : new Set(among.map(placeOf));
  const all = found.filter(
    (one) => one.status !== "Ignored" && (wanted?.has(placeOf(known(one))) ?? true),
  );
  const drawn = sampleOf(all, { count: sample, seed });
  // Mutants that are not drawn would only make the code slower.
  const placed = await instrument(
    files.map((file) => ({
      ...file,
      mutate: withProbes(
        drawn.filter(({ fileName }) => fileName === file.name),
        found.filter(({ fileName, status }) => fileName === file.name && status !== "Ignored"),
      ).map(({ location }) => location),
    })),
  );
  const keys = new Set(drawn.map(keyOf));
  const mutants = placed.mutants.filter((mutant) => keys.has(keyOf(mutant))).map(known);
  await copyProject(project, into);
  const compared = new Set<string>();
  for (const { name, content } of placed.files) {
    const source = withComparedValues(content);
    for (const id of source.ids) compared.add(id);
    await writeFile(join(into, relative(project, name)), source.content);
  }
  const places = new Map<string, string[]>();
  for (const { id, fileName } of placed.mutants) {
    const name = pathOf(project, fileName);
    places.set(name, [...(places.get(name) ?? []), id]);
  }
  return { mutants, places, compared, total: all.length };
}

/** The drawn mutants of a file and, where there are some, a few others from all over it. */
function withProbes(
  drawn: readonly PlacedMutant[],
  all: readonly PlacedMutant[],
): readonly PlacedMutant[] {
  if (drawn.length === 0) return [];
  const step = Math.max(1, Math.ceil(all.length / PROBES_MAX));
  return [...new Set([...drawn, ...all.filter((_, at) => at % step === 0)])];
}

function pathOf(project: string, fileName: string): string {
  return relative(join(project, "src"), fileName).replaceAll("\\", "/");
}

interface Location {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

interface PlacedMutant {
  readonly id: string;
  readonly fileName: string;
  readonly location: Location;
  readonly mutatorName: string;
  readonly replacement: string;
  /** `Ignored` where its kind is excluded. */
  readonly status?: string;
}

interface SourceFile {
  readonly name: string;
  readonly content: string;
}

function instrument(
  files: readonly (SourceFile & { readonly mutate: boolean | readonly Location[] })[],
): Promise<{ readonly files: readonly SourceFile[]; readonly mutants: readonly PlacedMutant[] }> {
  const silent = () => {};
  const logger = {
    trace: silent,
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    fatal: silent,
    isTraceEnabled: () => false,
    isDebugEnabled: () => false,
    isInfoEnabled: () => false,
    isWarnEnabled: () => false,
    isErrorEnabled: () => false,
    isFatalEnabled: () => false,
  };
  const options = {
    plugins: null,
    excludedMutations: EXCLUDED_MUTATIONS,
    ignorers: [],
    noHeader: false,
  };
  return new Instrumenter(logger).instrument(
    files.map(({ mutate, ...file }) => ({
      ...file,
      mutate: typeof mutate === "boolean" ? mutate : [...mutate],
    })),
    options,
  );
}

async function sourceFiles(source: string, only: readonly string[]): Promise<SourceFile[]> {
  const names = await readdir(source, { recursive: true });
  const wanted = names
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .filter((name) => only.length === 0 || only.some((part) => name.startsWith(part)))
    .toSorted();
  if (wanted.length === 0)
    throw new RangeError(`Cannot find source in src/ below ${only.join(", ")}`);
  return Promise.all(
    wanted.map(async (name) => {
      const path = join(source, name);
      return { name: path, content: await readFile(path, "utf8") };
    }),
  );
}

async function copyProject(project: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const name of ["src", ...COPIED])
    await cp(join(project, name), join(into, name), {
      recursive: true,
      filter: (path) => !/(?:^|[/\\])(?:\.build|node_modules|dist)$/.test(path),
    });
  await symlink(join(project, "node_modules"), join(into, "node_modules"), "junction");
}

function describe(
  { id, fileName, location, mutatorName, replacement }: PlacedMutant,
  options: { readonly project: string; readonly contents: ReadonlyMap<string, string> },
): Mutant {
  const content = options.contents.get(fileName) ?? "";
  return {
    id,
    file: pathOf(options.project, fileName),
    line: location.start.line + 1,
    text: lineAt(content, location),
    mutator: mutatorName,
    original: textAt(content, location),
    replacement,
  };
}

function keyOf({ fileName, location, mutatorName, replacement }: PlacedMutant): string {
  return JSON.stringify([fileName, location, mutatorName, replacement]);
}

function lineAt(content: string, { start }: Location): string {
  return (content.split("\n")[start.line] ?? "").trim();
}

function textAt(content: string, { start, end }: Location): string {
  const lines = content.split("\n").slice(start.line, end.line + 1);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? "").slice(0, end.column);
  lines[0] = (lines[0] ?? "").slice(start.column);
  return lines.join("\n");
}
