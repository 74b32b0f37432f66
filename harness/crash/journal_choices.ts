import type { DiskImage } from "../disk/disk_image.ts";
import type { InodeId, WriteOperation } from "../disk/disk_operation.ts";
import {
  type ChoiceBounds,
  type ChoiceGroup,
  combinationCount,
  combinations,
  type CrashChoice,
  type Fate,
  someCombinations,
} from "./crash_choice.ts";
import type { DiskRecording, RecordedOperation } from "./disk_recording.ts";
import { isEntryChange, tearsOf, touches } from "./operation_scope.ts";

/** What a journaling disk does with data that was not synced. */
export interface JournalOptions extends ChoiceBounds {
  /** Whether a file can have got its size and not its data. */
  readonly canBeZeros: boolean;
  readonly syncIs: "durable" | "barrier";
}

/** What becomes of the unsynced writes of one file. */
type FileFates = readonly (readonly [number, Fate])[];

/**
 * Crashes of the profiles `ordered` and `apfs`: entries in the order of the journal, up to some end of it; unsynced data
 * of each file whole, not, as zeros, or torn in its last write.
 */
export function* journalChoices(
  recording: DiskRecording,
  options: JournalOptions,
): Generator<ChoiceGroup> {
  const journal = new Journal(recording, options);
  for (const end of journal.ends()) {
    for (const at of journal.moments(end)) yield choicesAt(journal, { end, at, options });
  }
}

function choicesAt(
  journal: Journal,
  context: { readonly end: number; readonly at: number; readonly options: JournalOptions },
): ChoiceGroup {
  const { end, at, options } = context;
  const { base, open } = journal.dataAt(end, at);
  const lists = open.map((writes) => fatesOfFile(writes, options.canBeZeros));
  const isExhaustive = combinationCount(lists) <= options.exhaustiveMax;
  const chosen = isExhaustive ? combinations(lists) : someCombinations(lists, options);
  return { isExhaustive, choices: withBase(chosen, { base, at }) };
}

function* withBase(
  chosen: Iterable<readonly FileFates[]>,
  context: { readonly base: ReadonlyMap<number, Fate>; readonly at: number },
): Generator<CrashChoice> {
  for (const fates of chosen) {
    const all = new Map(context.base);
    for (const [index, fate] of fates.flat()) all.set(index, fate);
    yield { at: context.at, fates: all };
  }
}

type OpenWrite = { readonly index: number; readonly operation: WriteOperation };

function fatesOfFile(writes: readonly OpenWrite[], canBeZeros: boolean): FileFates[] {
  const all = (fate: Fate): FileFates => writes.map(({ index }) => [index, fate]);
  const last = writes.at(-1);
  const tears = last === undefined ? [] : tearsOf(last.operation.bytes.length);
  return [
    all("kept"),
    all("lost"),
    ...(canBeZeros ? [all("zeros")] : []),
    ...tears.map((tornAfter): FileFates => [[last?.index ?? 0, { tornAfter }]]),
  ];
}

/** Which ends of the journal there are, and what is open at each. */
class Journal {
  readonly #start: DiskImage;
  readonly #operations: readonly RecordedOperation[];
  readonly #options: JournalOptions;
  /** By moment: entries before this index are durable. */
  readonly #floors: number[] = [0];

  constructor({ start, operations }: DiskRecording, options: JournalOptions) {
    this.#start = start;
    this.#operations = operations;
    this.#options = options;
    for (const [index, operation] of operations.entries()) {
      const floor = this.#floors[index] ?? 0;
      const commits =
        options.syncIs === "durable" &&
        (operation.kind === "sync" || operation.kind === "sync-directory");
      const last = commits
        ? operations.findLastIndex((other, at) => at < index && touches(other, operation.inode))
        : -1;
      this.#floors.push(Math.max(floor, last + 1));
    }
  }

  /** Ends of the journal before and behind each change that it holds, and behind each write. */
  ends(): number[] {
    const ends = new Set([0]);
    for (const [index, operation] of this.#operations.entries()) {
      if (isJournaled(operation)) ends.add(index);
      if (isJournaled(operation) || operation.kind === "write") ends.add(index + 1);
    }
    return [...ends.add(this.#operations.length)];
  }

  /** Moments at which the journal can have this end: the first, the last, and at each promise between them. */
  moments(end: number): number[] {
    const last = this.#floors.findLastIndex((floor) => floor <= end);
    const moments = new Set<number>();
    for (let at = end; at <= last; at++) {
      const isPromise = this.#operations[at - 1]?.kind === "acknowledge";
      if (at === end || at === last || isPromise) moments.add(at);
    }
    return [...moments];
  }

  /** What is lost anyhow, and the writes of each file that may survive or not. */
  dataAt(
    end: number,
    at: number,
  ): {
    readonly base: ReadonlyMap<number, Fate>;
    readonly open: readonly (readonly OpenWrite[])[];
  } {
    const base = new Map<number, Fate>();
    const open = new Map<InodeId, OpenWrite[]>();
    const sizes = new Map<InodeId, number>();
    const sizeOf = (inode: InodeId) => sizes.get(inode) ?? sizeAtStart(this.#start, inode);
    const synced = this.#syncsBefore(this.#options.syncIs === "durable" ? at : end);
    for (let index = 0; index < at; index++) {
      const operation = this.#operations[index];
      if (operation === undefined) break;
      if (isJournaled(operation)) {
        if (index >= end) base.set(index, "lost");
        else if (operation.kind === "truncate") sizes.set(operation.inode, operation.sizeBytes);
      }
      if (operation.kind !== "write") continue;
      const { inode, position, bytes } = operation;
      const endsAt = position + bytes.length;
      if (index < end) sizes.set(inode, Math.max(sizeOf(inode), endsAt));
      else if (endsAt > sizeOf(inode)) {
        base.set(index, "lost");
        continue;
      }
      if (index < (synced.get(inode) ?? -1)) continue;
      const writes = open.get(inode) ?? [];
      writes.push({ index, operation });
      open.set(inode, writes);
    }
    return { base, open: [...open.values()] };
  }

  /** The last sync of each file before a moment. */
  #syncsBefore(end: number): Map<InodeId, number> {
    const last = new Map<InodeId, number>();
    for (let index = 0; index < end; index++) {
      const operation = this.#operations[index];
      if (operation?.kind === "sync") last.set(operation.inode, index);
    }
    return last;
  }
}

function isJournaled(operation: RecordedOperation): boolean {
  return isEntryChange(operation) || operation.kind === "truncate";
}

function sizeAtStart({ nodes }: DiskImage, inode: InodeId): number {
  const node = nodes.get(inode);
  return node?.kind === "file" ? node.bytes.length : 0;
}
