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
import { isSync, tearsOf } from "./operation_scope.ts";

/**
 * Crashes of the profile `weak`: any subset of what is not durable, and each write whole, not, as zeros, or torn.
 *
 * At each moment only the choices are made in which the newest operation survives: the others are those of the
 * moment before. Where there are too many, each loss alone is among those that are taken, so over all moments
 * every pair "this one lost, that later one kept" is.
 */
export function* anySubsetCrashes(
  { operations }: DiskRecording,
  bounds: ChoiceBounds,
): Generator<ChoiceGroup> {
  const open = new Set<number>();
  yield { choices: [{ at: 0, fates: new Map() }], isExhaustive: true };
  for (const [index, operation] of operations.entries()) {
    if (isSync(operation)) {
      for (const other of open) if (makesDurable(operation, operations[other])) open.delete(other);
      continue;
    }
    if (operation.kind !== "acknowledge") open.add(index);
    yield choicesAt(operations, { open: [...open], newest: index, bounds });
  }
}

/** Whether a sync makes an operation durable that came before it. */
function makesDurable(sync: RecordedOperation, other: RecordedOperation | undefined): boolean {
  if (other === undefined || other.kind === "acknowledge") return false;
  if (sync.kind === "sync") {
    return (other.kind === "write" || other.kind === "truncate") && other.inode === sync.inode;
  }
  if (sync.kind !== "sync-directory") return false;
  if (other.kind === "rename") return other.to.directory === sync.inode;
  return (other.kind === "add" || other.kind === "remove") && other.directory === sync.inode;
}

function choicesAt(
  operations: readonly RecordedOperation[],
  context: {
    readonly open: readonly number[];
    readonly newest: number;
    readonly bounds: ChoiceBounds;
  },
): ChoiceGroup {
  const { open, newest, bounds } = context;
  const lists = open.map((index) =>
    fatesOf(operations[index]).filter((fate) => index !== newest || fate !== "lost"),
  );
  const isExhaustive = combinationCount(lists) <= bounds.exhaustiveMax;
  const chosen = isExhaustive ? combinations(lists) : someCombinations(lists, bounds);
  return { isExhaustive, choices: atMoment(chosen, { open, at: newest + 1 }) };
}

function* atMoment(
  chosen: Iterable<readonly Fate[]>,
  context: { readonly open: readonly number[]; readonly at: number },
): Generator<CrashChoice> {
  for (const fates of chosen) {
    const map = new Map<number, Fate>();
    for (const [order, fate] of fates.entries()) {
      if (fate !== "kept") map.set(context.open[order] ?? 0, fate);
    }
    yield { at: context.at, fates: map };
  }
}

function fatesOf(operation: RecordedOperation | undefined): Fate[] {
  if (operation?.kind !== "write") return ["kept", "lost"];
  const tears = tearsOf(operation.bytes.length).map((tornAfter): Fate => ({ tornAfter }));
  return ["kept", "lost", "zeros", ...tears];
}
