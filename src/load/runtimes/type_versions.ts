import { MODEL_TYPES } from "./model_types_data.ts";

/** What the table says of one runtime. */
interface RuntimeTypes {
  /** The newest version that was read. */
  readonly newest: string;
  /** By registry and version, the types that it was the first to have, with blanks between them. */
  readonly first: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Types that a version no longer has. */
  readonly gone: Readonly<Record<string, string>>;
  /** Types that another module loads. */
  readonly remaps: Readonly<Record<string, string>>;
}

const TABLE: Readonly<Record<string, RuntimeTypes>> = MODEL_TYPES.runtimes;

/** The date on which the table was made. */
export const TYPES_MADE: string = MODEL_TYPES.made;

/** The versions of a runtime that have a type: from the first, up to the one that no longer has it. */
export interface TypeVersions {
  readonly from: string;
  readonly before: string | undefined;
}

/** @returns undefined where no version that was read has the type */
export function versionsOfType(
  runtime: string,
  modelType: string,
  registries: readonly string[],
): TypeVersions | undefined {
  const types = TABLE[runtime];
  if (types === undefined) return undefined;
  const [from] = registries
    .flatMap((registry) => firstVersions(types, registry).get(modelType) ?? [])
    .toSorted(compareVersions);
  const before = Object.hasOwn(types.gone, modelType) ? types.gone[modelType] : undefined;
  return from === undefined ? undefined : { from, before };
}

/** By registry of a runtime, the first version of each type: a check asks for many, and the texts are long. */
const read = new WeakMap<RuntimeTypes, Map<string, ReadonlyMap<string, string>>>();

function firstVersions(types: RuntimeTypes, registry: string): ReadonlyMap<string, string> {
  const ofRuntime = read.get(types) ?? new Map<string, ReadonlyMap<string, string>>();
  read.set(types, ofRuntime);
  const known = ofRuntime.get(registry);
  if (known !== undefined) return known;
  const first = new Map<string, string>();
  const versions = Object.entries(types.first[registry] ?? {});
  for (const [version, names] of versions.toSorted(([a], [b]) => compareVersions(b, a)))
    for (const name of names.split(" ")) first.set(name, version);
  ofRuntime.set(registry, first);
  return first;
}

/** All types that a runtime has in the registries given. */
export function typesOf(runtime: string, registries: readonly string[]): string[] {
  const first = TABLE[runtime]?.first ?? {};
  return registries.flatMap((registry) =>
    Object.values(first[registry] ?? {}).flatMap((names) => names.split(" ")),
  );
}

/** The newest version of a runtime that the table was made from. */
export function newestVersion(runtime: string): string {
  return TABLE[runtime]?.newest ?? "main";
}

/** Orders versions such as `0.32.2`; `main` comes after every release. */
export function compareVersions(one: string, two: string): number {
  if (one === two) return 0;
  if (one === "main" || two === "main") return one === "main" ? 1 : -1;
  const [a, b] = [one, two].map((version) => version.split(".").map(Number));
  for (let at = 0; at < 4; at++) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
