import type { FileStat, FileSystem, OpenFile } from "../../spec/mod.ts";
import { diskErrorCode } from "../disk/disk_error.ts";
import type { DiskStep } from "./disk_step.ts";

/** What a disk answered to each step, and what it holds in the end; plain data that can be compared as JSON. */
export interface StepAnswers {
  readonly answers: readonly unknown[];
  readonly tree: unknown;
}

/**
 * Carries out steps below a fresh directory.
 *
 * @param root is made; its parent exists
 */
export async function replaySteps(
  files: FileSystem,
  root: string,
  steps: readonly DiskStep[],
): Promise<StepAnswers> {
  await files.mkdir(root);
  const slots: (OpenFile | undefined)[] = [];
  const answers: unknown[] = [];
  try {
    for (const step of steps) {
      try {
        answers.push(await perform(files, root, { step, slots }));
      } catch (error) {
        answers.push(diskErrorCode(error) ?? String(error));
      }
    }
  } finally {
    for (const file of slots) await file?.close();
  }
  return { answers, tree: await treeOf(files, root, new Map()) };
}

/** Whether an answer is a refusal. */
export function isRefusal(answer: unknown): answer is string {
  return typeof answer === "string" && /^E[A-Z0-9]+$/.test(answer);
}

async function perform(
  files: FileSystem,
  root: string,
  at: { readonly step: DiskStep; readonly slots: (OpenFile | undefined)[] },
): Promise<unknown> {
  const { step, slots } = at;
  if (step.do === "path") {
    const answer = await files[step.name](`${root}/${step.path}`);
    if (step.name === "availableBytes")
      return Number.isSafeInteger(answer) && Number(answer) >= 0 ? "bytes" : answer;
    if (Array.isArray(answer)) return answer.toSorted();
    return typeof answer === "object" ? comparable(answer) : (answer ?? "done");
  }
  if (step.do === "pair") {
    const isLink = step.name === "symlink";
    const source = isLink ? step.path.replace("ROOT", root) : `${root}/${step.path}`;
    await files[step.name](source, `${root}/${step.to}`);
    return "done";
  }
  if (step.do === "open") {
    const file = await files.open(`${root}/${step.path}`, step.mode);
    await slots[step.slot]?.close();
    slots[step.slot] = file;
    return "opened";
  }
  return performOnFile(slots[step.slot], { step, slots });
}

async function performOnFile(
  file: OpenFile | undefined,
  at: {
    readonly step: Exclude<DiskStep, { readonly do: "path" | "pair" | "open" }>;
    readonly slots: (OpenFile | undefined)[];
  },
): Promise<unknown> {
  const { step, slots } = at;
  if (file === undefined) return "no file";
  if (step.do === "read") {
    const buffer = new Uint8Array(step.size);
    return [await file.read(buffer, step.at), [...buffer]];
  }
  if (step.do === "write") {
    await file.write(new Uint8Array(step.size).fill(step.at + 1), step.at);
    return "done";
  }
  if (step.do === "truncate") {
    await file.truncate(step.size);
    return "done";
  }
  if (step.name === "stat") return comparable(await file.stat());
  if (step.name === "sync") {
    await file.sync();
    return "done";
  }
  slots[step.slot] = undefined;
  await file.close();
  const outcomes = [file.stat(), file.close(), file.write(new Uint8Array(1), 0)];
  const settled = await Promise.allSettled(outcomes);
  return settled.map((one) =>
    one.status === "rejected" ? diskErrorCode(one.reason) : "fulfilled",
  );
}

function comparable(stat: FileStat): unknown {
  // Sizes and counts of a directory are the volume's own business.
  if (stat.kind === "directory") return [stat.kind];
  return [stat.kind, stat.sizeBytes, stat.linkCount];
}

async function treeOf(
  files: FileSystem,
  directory: string,
  inodes: Map<string, number>,
): Promise<unknown[]> {
  const tree: unknown[] = [];
  for (const name of (await files.readdir(directory)).toSorted()) {
    const path = `${directory}/${name}`;
    const facts = await files.lstat(path);
    if (facts.kind === "directory") {
      tree.push([name, await treeOf(files, path, inodes)]);
      continue;
    }
    const identity = inodes.get(facts.inode) ?? inodes.size;
    inodes.set(facts.inode, identity);
    const content = facts.kind === "link" ? await files.readlink(path) : await bytesOf(files, path);
    tree.push([name, identity, comparable(facts), content]);
  }
  return tree;
}

async function bytesOf(files: FileSystem, path: string): Promise<number[]> {
  const file = await files.open(path, "r");
  try {
    const buffer = new Uint8Array((await file.stat()).sizeBytes);
    await file.read(buffer, 0);
    return [...buffer];
  } finally {
    await file.close();
  }
}
