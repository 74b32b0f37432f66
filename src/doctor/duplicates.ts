import { join } from "node:path";
import {
  type DiagnosisFinding,
  type FileStat,
  type FileSystem,
  type ListedModel,
  type Mend,
  type Store,
  STORES,
} from "../../spec/mod.ts";
import { namesIn } from "../disk/walk.ts";
import { rootOf } from "../layout/root_of.ts";
import { targetPlace } from "../share/share_target.ts";

/** So much of each weight file is compared: its header, which names every tensor and its extent. */
const HEAD_BYTES = 64 * 1024;

/**
 * Finds copies of one content that take their bytes twice: the same weight files by name and size, with the same headers,
 * and not the same data on the disk.
 *
 * @returns a warning for each copy but the first of a content, with what sharing it would free
 */
export async function findDuplicates(
  files: FileSystem,
  models: readonly ListedModel[],
): Promise<DiagnosisFinding[]> {
  const bySizes = new Map<string, ListedModel[]>();
  const weightsOf = new Map<ListedModel, readonly Weight[]>();
  for (const model of models) {
    const weights = await weightsIn(files, model.directory);
    if (weights.length === 0) continue;
    weightsOf.set(model, weights);
    const key = weights.map(({ name, stat }) => `${name} ${stat.sizeBytes}`).join();
    bySizes.set(key, [...(bySizes.get(key) ?? []), model]);
  }
  const findings: DiagnosisFinding[] = [];
  for (const group of bySizes.values()) {
    if (group.length < 2) continue;
    const kept: ListedModel[] = [];
    for (const model of group) {
      const same = await firstSame(files, model, { kept, weightsOf });
      if (same === undefined) kept.push(model);
      else findings.push(...duplicate(model, same, weightsOf));
    }
  }
  return findings;
}

interface Weight {
  readonly name: string;
  readonly stat: FileStat;
}

async function weightsIn(files: FileSystem, directory: string): Promise<readonly Weight[]> {
  const weights: Weight[] = [];
  for (const name of await namesIn(files, directory)) {
    if (!name.endsWith(".safetensors") || name.startsWith(".")) continue;
    try {
      const stat = await files.stat(join(directory, name));
      if (stat.kind === "file" && stat.sizeBytes > 0) weights.push({ name, stat });
    } catch {
      // A link that leads nowhere has no content; the check reports it.
    }
  }
  return weights;
}

async function firstSame(
  files: FileSystem,
  model: ListedModel,
  context: {
    readonly kept: readonly ListedModel[];
    readonly weightsOf: ReadonlyMap<ListedModel, readonly Weight[]>;
  },
): Promise<ListedModel | undefined> {
  const { kept, weightsOf } = context;
  const head = (one: ListedModel, { name }: Weight) => headOf(files, join(one.directory, name));
  for (const other of kept) {
    let isSame = true;
    for (const weight of weightsOf.get(model) ?? []) {
      const [own, theirs] = [await head(model, weight), await head(other, weight)];
      isSame &&= own !== undefined && theirs !== undefined && Buffer.compare(own, theirs) === 0;
    }
    if (isSame) return other;
  }
  return undefined;
}

async function headOf(files: FileSystem, path: string): Promise<Uint8Array | undefined> {
  let file;
  try {
    // In the hub's cache it is a link.
    file = await files.open(await files.realpath(path), "r");
  } catch {
    // What cannot be read is the same as nothing; the check reports it.
    return undefined;
  }
  try {
    const { sizeBytes, allocatedBytes } = await file.stat();
    // Reading what was evicted would fetch it.
    if (allocatedBytes === 0) return undefined;
    const head = new Uint8Array(Math.min(HEAD_BYTES, sizeBytes));
    const count = await file.read(head, 0);
    return head.subarray(0, count);
  } finally {
    await file.close();
  }
}

function duplicate(
  model: ListedModel,
  same: ListedModel,
  weightsOf: ReadonlyMap<ListedModel, readonly Weight[]>,
): DiagnosisFinding[] {
  const others = new Set(weightsOf.get(same)?.map(({ stat }) => stat.inode));
  const twice = (weightsOf.get(model) ?? []).filter(({ stat }) => !others.has(stat.inode));
  const bytes = twice.reduce((sum, { stat }) => sum + stat.allocatedBytes, 0);
  if (bytes === 0) return [];
  // Data on two volumes stays two.
  const volumes = [model, same].flatMap((one) =>
    (weightsOf.get(one) ?? []).map(({ stat }) => stat.volume),
  );
  const isOneVolume = new Set(volumes).size === 1;
  const mends = isOneVolume ? [shareOf(same, model), shareOf(model, same)] : [];
  const mend = mends.find((one) => one !== undefined);
  // What gives way is what the finding is about.
  const [gone, kept] = mend !== undefined && mend === mends[1] ? [same, model] : [model, same];
  const { directory, repository } = gone;
  const detail = `Its weights are those of "${kept.directory}" once more: one copy would free ${bytes} bytes`;
  return [{ cause: "duplicate", level: "warning", directory, repository, detail, mend }];
}

/** The share that lets one copy give way to the data of another; only where records say what that copy's bytes must be. */
function shareOf(from: ListedModel, gone: ListedModel): Mend | undefined {
  const { repository, commit = "" } = from;
  const isRecorded = from.state === "complete" || from.layout === "hf-cache";
  if (repository === undefined || gone.repository !== repository || !isRecorded) return undefined;
  const { layout, store, directory } = gone;
  if (layout === "hf-cache" && gone.commit !== commit) return undefined;
  const into = rootOf(gone);
  const { naming }: Partial<Store> = store === undefined ? {} : STORES[store];
  const request = { repository, into, layout, ...(naming && { naming }) };
  // A directory that an app named itself is not where the layout has the model.
  const { place } = targetPlace(request, commit);
  if (place.directory !== directory) return undefined;
  return { operation: "share", from: from.directory, ...request };
}
