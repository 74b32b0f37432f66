import type { ModelKind, PlanRuntime, RuntimeVerdict } from "../../../spec/mod.ts";
import { RUNTIMES } from "./mod.ts";
import { compareVersions } from "./type_versions.ts";

/** A runtime, and a version of it or its newest. */
export interface RuntimeChoice {
  readonly runtime: string;
  readonly version: string | undefined;
}

/** Reads `NAME` or `NAME@VERSION`; undefined where there is no such runtime, or the version is not one. */
export function parseRuntimeChoice(text: string): RuntimeChoice | undefined {
  const [runtime = "", version, ...rest] = text.split("@");
  const isKnown = RUNTIMES.some(({ name }) => name === runtime) && rest.length === 0;
  const isVersion = version === undefined || /^(?:main|\d{1,9}(?:\.\d{1,9}){0,3})$/.test(version);
  return isKnown && isVersion ? { runtime, version } : undefined;
}

/** The names that {@linkcode parseRuntimeChoice} takes. */
export function runtimeNames(): string[] {
  return RUNTIMES.map(({ name }) => name);
}

/** The verdict of a chosen runtime; undefined for a version that is older than any that is known. */
export function verdictOf(
  verdicts: readonly RuntimeVerdict[],
  { runtime, version }: RuntimeChoice,
): RuntimeVerdict | undefined {
  const own = verdicts.filter((one) => one.runtime === runtime);
  if (version === undefined) return newestReleased(own);
  return own.findLast(({ from }) => compareVersions(from, version) <= 0);
}

/** The runtime, and the version of it, that a plan is for. */
export function plannedRuntime(runtime: PlanRuntime): RuntimeChoice {
  if (runtime === "mlx-swift-lm-3.31.4") return { runtime: "mlx-swift-lm", version: "3.31.4" };
  if (runtime === "mlx-swift-lm-main") return { runtime: "mlx-swift-lm", version: "main" };
  return { runtime, version: undefined };
}

/** The newest range that has a release. */
function newestReleased(verdicts: readonly RuntimeVerdict[]): RuntimeVerdict | undefined {
  return verdicts.findLast(({ from }) => from !== "main") ?? verdicts.at(-1);
}

/** For each runtime that is for a kind, the verdict of its newest release. */
export function newestVerdicts(
  verdicts: readonly RuntimeVerdict[],
  kind: ModelKind | undefined,
): RuntimeVerdict[] {
  const named = RUNTIMES.filter(({ kinds }) => kind === undefined || kinds.includes(kind));
  return named.flatMap(
    ({ name: runtime }) => verdictOf(verdicts, { runtime, version: undefined }) ?? [],
  );
}
