import type {
  DownloadResult,
  ErrorCode,
  FileFault,
  FileSystem,
  Marker,
} from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { readPlan } from "../../records/download_intent.ts";
import { readMarker } from "../../records/marker.ts";
import { unnamedSnapshots } from "../../records/unnamed_snapshots.ts";
import { verifyFiles } from "../../records/verify_files.ts";
import { localCopy, type LocalCopyQuestion } from "./local_copy.ts";

/**
 * The answer when the hub cannot be asked: the complete local copy, or what is missing from it:
 * `OFF-COMPLETE`, `OFF-INCOMPLETE`, `OFF-KEEPS`.
 *
 * @param why what keeps the hub from being asked; undefined when the network is switched off
 * @throws {ModelError} with what is missing: `offline`, or the code of the hub's answer where there was one; `why`
 * itself when there is no local copy at all
 */
export async function offlineCopy(
  files: FileSystem,
  question: LocalCopyQuestion & { readonly revision: string },
  why: ModelError | undefined,
): Promise<DownloadResult> {
  const copy = await localCopy(files, question);
  if (copy !== undefined) return { ...copy, offline: true };
  const { place, source } = question;
  const { directory } = place;
  const recorded = (await readMarker(files, directory)) ?? (await readPlan(files, place));
  if (recorded === undefined || recorded.source !== source) {
    if (why !== undefined) throw why;
    const unnamed = await unnamedSnapshots(files, place);
    throw new ModelError(
      "offline",
      `Cannot download "${source}": the network is switched off (HF_HUB_OFFLINE or --offline) and ${
        unnamed ?? `nothing of it is in "${directory}"; switch it on`
      }`,
    );
  }
  // Of another revision there is nothing here to fall back on, and the hub's own answer says more.
  if (why !== undefined && !question.isRevision(recorded)) throw why;
  throw await incomplete(files, { ...question, recorded, why });
}

async function incomplete(
  files: FileSystem,
  context: LocalCopyQuestion & {
    readonly revision: string;
    readonly recorded: Marker;
    readonly why: ModelError | undefined;
  },
): Promise<ModelError> {
  const { source, recorded, revision, why } = context;
  const { directory } = context.place;
  const faults = await verifyFiles(files, directory, {
    recorded: recorded.files,
    hash: "always",
    signal: context.signal,
  });
  const cause = why === undefined ? {} : { cause: why };
  const code = codeOf(why);
  const away =
    why === undefined ? "the network is switched off" : `the hub cannot be asked (${why.code})`;
  if (faults.length === 0) {
    const held = `revision "${recorded.revision}" (${recorded.commit}) with patterns ${recorded.include.join(" ")}`;
    return new ModelError(
      code,
      `Cannot download revision "${revision}" of "${source}": ${away} and "${directory}" holds ${held}; go online`,
      { ...cause, expected: revision, actual: recorded.revision },
    );
  }
  return new ModelError(
    code,
    `Cannot use "${source}": ${away} and the local copy is incomplete (${describe(faults)}); go online and retry the command`,
    { ...cause, file: faults[0]?.path ?? "", actual: faults.map((fault) => fault.path).join(", ") },
  );
}

/** A hub that answered is not away: what it said is the reason, also where a local copy was looked for. */
function codeOf(why: ModelError | undefined): ErrorCode {
  return why === undefined || why.code === "network" || why.code === "timeout"
    ? "offline"
    : why.code;
}

function describe(faults: readonly FileFault[]): string {
  return faults.map(({ path, detail }) => `"${path}" ${detail}`).join(", ");
}
