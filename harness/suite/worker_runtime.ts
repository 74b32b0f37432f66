import * as nodeModule from "node:module";

/** The first Node that reads all of the source by itself: types, and the keyword `using`. */
const NATIVE_NODE = 24;
/** Compiled once, the modules load in half the time; a directory that cannot be written is no failure. */
const COMPILE_CACHE =
  "data:text/javascript,import * as m from 'node:module'; m.enableCompileCache?.()";
/** Most of what a case makes is dropped at once: with so many MiB for it, a tenth less time goes into collecting it. */
const YOUNG_MIB = 32;

/** Versions of a runtime, as `process.versions` has them. */
export type RuntimeVersions = Readonly<Record<string, string | undefined>>;

/**
 * The options of the runtime for a worker, from those of this process. Node 24 needs no loader of TypeScript: what one
 * makes of the source calls a function for each closure, which is a sixth of a case's time.
 *
 * @param own `process.execArgv`
 */
export function workerRuntime(own: readonly string[], versions: RuntimeVersions): string[] {
  const isNode = versions["bun"] === undefined && versions["deno"] === undefined;
  if (!isNode) return [...own];
  const isNative = Number.parseInt(versions["node"] ?? "0", 10) >= NATIVE_NODE;
  return [
    ...(isNative ? withoutLoader(own) : own),
    `--max-semi-space-size=${YOUNG_MIB}`,
    "--disable-warning=ExperimentalWarning",
    `--import=${COMPILE_CACHE}`,
  ];
}

/** Keeps what this process has compiled, for the next one: a worker is killed, and would keep nothing. */
export function keepCompiled(): void {
  if ("flushCompileCache" in nodeModule) nodeModule.flushCompileCache();
}

/** Leaves out the options by which `tsx` takes part. */
function withoutLoader(own: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < own.length; index += 1) {
    const option = own[index] ?? "";
    const value = own[index + 1];
    const isPair = option === "--import" || option === "--require";
    if (isPair && value !== undefined && isTsx(value)) index += 1;
    else if (!/^--(import|require)=/.test(option) || !isTsx(option)) kept.push(option);
  }
  return kept;
}

function isTsx(value: string): boolean {
  return /(?:^|[=/\\])tsx(?:$|[/\\])/.test(value);
}
