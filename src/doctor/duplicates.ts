import { join } from "node:path";
import type { DiagnosisFinding, FileStat, FileSystem, ListedModel } from "../../spec/mod.ts";
import { namesIn } from "../disk/walk.ts";

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
  const { directory, repository } = model;
  const detail = `Its weights are those of "${same.directory}" once more: one copy would free ${bytes} bytes`;
  return [{ cause: "duplicate", level: "warning", directory, repository, detail, mend: undefined }];
}
