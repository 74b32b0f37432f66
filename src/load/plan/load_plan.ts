import {
  type CodeTrust,
  type FileSystem,
  type LoadPlan,
  type MissingRead,
  type PlannedRead,
  type PlanRuntime,
  MARKER_NAME,
} from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { readWhole, systemCode } from "../bytes/read_bytes.ts";
import { parseJson } from "../config/parse_json.ts";
import { defaultRoot, type DirectoryFile, listEntries } from "../list_entries.ts";
import type { PlanContext } from "./plan_context.ts";
import { planMlxLm } from "./plan_mlx_lm.ts";
import { planMlxSwift } from "./plan_mlx_swift.ts";
import { planMlxVlm } from "./plan_mlx_vlm.ts";

/** Options of {@linkcode planLoad}. */
export interface PlanLoadOptions extends CodeTrust {
  readonly runtime: PlanRuntime;
  /** Directory that links may lead into; nothing outside of it is read. @default {as for a check} */
  readonly root?: string;
  readonly signal?: AbortSignal;
}

const PLANS: Readonly<Record<PlanRuntime, (context: PlanContext) => Promise<void>>> = {
  "mlx-lm": planMlxLm,
  "mlx-swift-lm-3.31.4": planMlxSwift,
  "mlx-swift-lm-main": planMlxSwift,
  "mlx-vlm": planMlxVlm,
};

/** Ends the rules of a runtime early; never leaves this module. */
class PlanStop extends Error {
  override readonly name = "PlanStop";
}

/**
 * Finds which files of a directory a runtime opens, in which order, and which it never will: `LOAD-PLAN`.
 *
 * The rules were read in the sources of mlx-lm 0.32 with transformers 5.24, of mlx-swift-lm 3.31.4 and main, and
 * of mlx-vlm 0.7.10; the first are held against what the real programs open.
 *
 * @throws ModelError with the code `not-downloaded` when there is no such directory
 */
export async function planLoad(
  files: FileSystem,
  directory: string,
  options: PlanLoadOptions,
): Promise<LoadPlan> {
  const { runtime, signal } = options;
  const listed = await listOrExplain(files, directory, options);
  const reads = new Map<string, PlannedRead>();
  const missing: MissingRead[] = [];
  let stopsAt: MissingRead | undefined;
  const context: PlanContext = {
    directory,
    runtime,
    trustsModelCode: options.trustModelCode === true,
    paths: [...listed.keys()].sort(),
    has: (path) => listed.has(path),
    open: (path, role) => {
      const entry = listed.get(path);
      if (entry === undefined) return false;
      if (!reads.has(path)) reads.set(path, { path, role, sizeBytes: entry.sizeBytes });
      return true;
    },
    miss: (path, detail) => void missing.push({ path, detail }),
    stop: (path, detail) => {
      stopsAt = { path, detail };
      throw new PlanStop(detail);
    },
    json: async (path) => {
      const entry = listed.get(path);
      // What lies elsewhere or in the cloud is not opened for a plan.
      if (entry === undefined || entry.target === "" || entry.isEvicted) return {};
      return parseOrUndefined(await readWhole(files, entry.target, { ...(signal && { signal }) }));
    },
  };
  try {
    await PLANS[runtime](context);
  } catch (error) {
    if (!(error instanceof PlanStop)) throw error;
  }
  const unused = [...listed.values()]
    .filter(({ path }) => !reads.has(path) && path !== MARKER_NAME && !path.startsWith(".cache/"))
    .map(({ path, sizeBytes }) => ({ path, sizeBytes }));
  return {
    directory,
    runtime,
    reads: [...reads.values()],
    isWeightOrderDefined: runtime === "mlx-swift-lm-main",
    unused,
    reclaimableBytes: unused.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    missing,
    stopsAt,
  };
}

async function listOrExplain(
  files: FileSystem,
  directory: string,
  options: PlanLoadOptions,
): Promise<Map<string, DirectoryFile>> {
  const { signal } = options;
  try {
    const root = options.root ?? defaultRoot(directory);
    const listed = await listEntries(files, directory, { root, signal });
    // A runtime follows a link wherever it leads; only we do not.
    const elsewhere = listed.faulty
      .filter(({ cause }) => cause === "outside-directory")
      .map(({ path }): DirectoryFile => ({
        path,
        target: "",
        sizeBytes: 0,
        isEvicted: false,
        isHollow: false,
      }));
    return new Map([...listed.files, ...elsewhere].map((entry) => [entry.path, entry]));
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw new ModelError(
      "not-downloaded",
      `Cannot plan the loading of "${directory}": there is no such directory; download the model first`,
      { cause: error },
    );
  }
}

function parseOrUndefined(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return undefined;
  }
}
