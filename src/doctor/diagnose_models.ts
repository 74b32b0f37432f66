import { basename, join } from "node:path";
import {
  type CheckCause,
  type CheckFinding,
  type CheckReport,
  type Diagnosis,
  type DiagnosisCause,
  type DiagnosisFinding,
  type Environment,
  type FileSystem,
  KIND_PARTS,
  type ListedModel,
  type ModelStatus,
} from "../../spec/mod.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { byHarm } from "./harm.ts";
import { findDuplicates } from "./duplicates.ts";
import type { ExaminedModel } from "./examined_model.ts";
import { findLeftovers, type Leftovers } from "./leftovers.ts";
import { isDamage, mendFinding, moved, repaired } from "./mend_finding.ts";
import { icloudRisk, isPurgeable } from "./place_risks.ts";

/** What a diagnosis looks with. */
export interface DiagnoseContext {
  readonly files: FileSystem;
  /** The root of the implementation's own models. */
  readonly root: string;
  readonly env: Environment;
  /** Checks a directory: by the headers of its weights, or all of their bytes. */
  readonly check: (directory: string, depth: "headers" | "full") => Promise<CheckReport>;
  /** What a marker, a plan or a listing says of a copy, by sizes alone. */
  readonly status: (directory: string) => Promise<ModelStatus>;
}

/** What a diagnosis is about. */
export interface DiagnoseOptions {
  readonly models: readonly ExaminedModel[];
  /** The same as the listing has them, for what is found by comparing them. */
  readonly listed: readonly ListedModel[];
  /** `headers` where there are many. */
  readonly depth: "headers" | "full";
  /** What a check has found already. */
  readonly report?: CheckReport | undefined;
}

/**
 * Says of every copy what is wrong with it, why, and the one step that mends it: `DOCTOR-CAUSE`, `DOCTOR-MEND`.
 *
 * What a check, a status and a listing find is told as it is; to it come causes that lie in the place and not in the files.
 */
export async function diagnoseModels(
  context: DiagnoseContext,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  const { files, root, env } = context;
  const findings: DiagnosisFinding[] = [];
  for (const model of options.models) findings.push(...(await ofModel(context, model, options)));
  findings.push(...(await icloudRisk(files, root, env)));
  findings.push(...(await findDuplicates(files, options.listed)));
  return { models: options.models.length, findings: findings.toSorted(byHarm) };
}

async function ofModel(
  context: DiagnoseContext,
  model: ExaminedModel,
  options: DiagnoseOptions,
): Promise<DiagnosisFinding[]> {
  const { files, root } = context;
  const { directory, repository } = model;
  const left = await findLeftovers(files, directory);
  const report = options.report ?? (await context.check(directory, options.depth));
  const damage = report.findings.filter(isDamage);
  const lostLinks = damage.filter(({ cause }) => LOST_LINKS.has(cause)).map(({ path }) => path);
  const mending = { root, isClone: left.isClone, lostLinks };
  const findings: DiagnosisFinding[] = [];
  const add = (
    cause: DiagnosisCause,
    level: "error" | "warning",
    more: Pick<DiagnosisFinding, "detail" | "mend"> & { readonly path?: string },
  ) => findings.push({ cause, level, directory, repository, ...more });
  if (model.isMisplaced)
    add("misplaced", "error", {
      detail: `MLX does not look in this directory`,
      mend: moved(model, lostLinks),
    });
  for (const [first, ...rest] of groups(damage)) {
    const { cause, path, detail } = first;
    const more = rest.length === 0 ? "" : ` (and ${rest.length} more of this kind)`;
    add(await causeOf(files, first, { directory, left }), first.level, {
      path,
      detail: `${detail}${more}`,
      mend: mendFinding({ cause, path }, model, mending),
    });
  }
  const told = new Set(damage.map(({ path }) => path));
  findings.push(...(await ofStatus(context, model, { told, lostLinks })));
  findings.push(...ofLeftovers(model, { left, damage, root }));
  if (isPurgeable(directory) && model.layout !== "hf-cache")
    add("purgeable-cache", "warning", {
      detail: "macOS may delete what lies in Caches when the disk is full or the app is updated",
      mend: moved(model, lostLinks),
    });
  return findings;
}

/** Links with which a directory is not moved. */
const LOST_LINKS: ReadonlySet<CheckCause> = new Set(["broken-link", "outside-directory"]);

/** One line for each cause. */
function groups(findings: readonly CheckFinding[]): [CheckFinding, ...CheckFinding[]][] {
  const byCause = new Map<string, [CheckFinding, ...CheckFinding[]]>();
  for (const finding of findings) {
    const group = byCause.get(finding.cause);
    if (group === undefined) byCause.set(finding.cause, [finding]);
    else group.push(finding);
  }
  return [...byCause.values()];
}

/** A link that leads nowhere says more by where it should have led. */
async function causeOf(
  files: FileSystem,
  { cause, path }: CheckFinding,
  { directory, left }: { readonly directory: string; readonly left: Leftovers },
): Promise<DiagnosisCause> {
  if (cause !== "broken-link") return cause;
  if (left.containerLinks.includes(path)) return "container-path";
  try {
    const text = await files.readlink(join(directory, path));
    const blob = join(directory, path, "..", text);
    // The repository's own entry is there, and what the repositories share is not.
    const isLink = (await lstatIfThere(files, blob))?.kind === "link";
    return isLink ? "shared-blob-gone" : cause;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return cause;
  }
}

/** What a status calls a part that is missing and may have several names: a check has told it. */
const PARTS: ReadonlySet<string> = new Set(
  Object.values(KIND_PARTS).map((names) => names.join(" or ")),
);

/** What a marker or a listing says of files that a check has nothing against. */
async function ofStatus(
  context: DiagnoseContext,
  model: ExaminedModel,
  {
    told,
    lostLinks,
  }: { readonly told: ReadonlySet<string>; readonly lostLinks: readonly string[] },
): Promise<DiagnosisFinding[]> {
  const { directory, repository } = model;
  const status = await context.status(directory);
  if (status.state !== "incomplete" || status.notDownloaded === true) return [];
  const faults = status.faults.filter(({ path }) => !told.has(path) && !PARTS.has(path));
  const causes = {
    missing: "missing-file",
    size: "wrong-size",
    hash: "hash",
    unreadable: "unreadable",
  } as const;
  const mendOf = (cause: string) =>
    model.isMisplaced || model.layout === undefined
      ? moved(model, lostLinks)
      : repaired(model, { ...context, cause });
  const findings: DiagnosisFinding[] = [];
  for (const [fault, cause] of Object.entries(causes)) {
    const [first, ...rest] = faults.filter((one) => one.fault === fault);
    if (first === undefined) continue;
    const more = rest.length === 0 ? "" : ` (and ${rest.length} more)`;
    const { path } = first;
    const detail = `${first.detail}${more}`;
    const mend = mendOf(cause);
    findings.push({ cause, level: "error", directory, repository, path, detail, mend });
  }
  return findings;
}

function ofLeftovers(
  model: ExaminedModel,
  context: {
    readonly left: Leftovers;
    readonly damage: readonly CheckFinding[];
    readonly root: string;
  },
): DiagnosisFinding[] {
  const { left, damage, root } = context;
  const { directory, repository } = model;
  const findings: DiagnosisFinding[] = [];
  const [partial] = left.partials;
  if (partial !== undefined) {
    const isWhole = damage.every(({ level }) => level !== "error");
    const detail = `${left.partials.length} partial ${left.partials.length === 1 ? "file" : "files"} of another download, ${left.partialBytes} bytes${isWhole ? ": the model itself is whole" : ""}`;
    const inBlobs = model.layout === "hf-cache";
    const base = inBlobs ? join(directory, "..", "..", "blobs") : directory;
    const discard = left.partials.map((path) => join(base, ...path.split("/")));
    const mend = isWhole
      ? ({ operation: "discard", paths: discard } as const)
      : repaired(model, { root });
    const level = isWhole ? "warning" : "error";
    findings.push({
      cause: "half-download",
      level,
      directory,
      repository,
      path: partial,
      detail,
      mend,
    });
  }
  const isTold = damage.some(({ cause }) => cause === "appledouble");
  const [desktop] = left.desktopFiles;
  if (desktop !== undefined && !isTold) {
    const count = left.desktopFiles.length;
    const detail = `The system left ${count} ${count === 1 ? "file" : "files"} such as "${basename(desktop)}" here, which some runtimes take for weights`;
    const mend = { operation: "tidy", directory } as const;
    findings.push({
      cause: "desktop-files",
      level: "warning",
      directory,
      repository,
      path: desktop,
      detail,
      mend,
    });
  }
  return findings;
}
