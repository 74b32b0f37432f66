import type { CrashChoice, Fate } from "./crash_choice.ts";
import type { RecordedOperation } from "./disk_recording.ts";
import { isSync } from "./operation_scope.ts";
import { fateName, operationName } from "./operation_name.ts";

/**
 * Takes losses back one by one as long as the crash still shows what it showed.
 *
 * @param isStillBroken whether a choice shows it too
 */
export async function fewestLosses(
  choice: CrashChoice,
  isStillBroken: (choice: CrashChoice) => Promise<boolean>,
): Promise<CrashChoice> {
  let fewest = choice;
  for (const index of [...choice.fates.keys()].toSorted((one, two) => two - one)) {
    const fates = new Map(fewest.fates);
    fates.delete(index);
    const fewer = { at: choice.at, fates };
    if (await isStillBroken(fewer)) fewest = fewer;
  }
  return fewest;
}

/** Where a crash came and what it took, in one line. */
export function crashLine(
  operations: readonly RecordedOperation[],
  choice: CrashChoice,
  directory: string,
): string {
  const losses = lossesOf(choice);
  const where =
    choice.at === 0
      ? "before everything"
      : `after ${operationName(operations, choice.at - 1, directory)}`;
  const some = losses
    .slice(0, 3)
    .map(([index, fate]) => `${operationName(operations, index, directory)} (${fateName(fate)})`);
  const more = losses.length > 3 ? ` and ${losses.length - 3} more` : "";
  return losses.length === 0 ? where : `${where}, without ${some.join(", ")}${more}`;
}

/** The order that would have prevented it, as ALICE words it: which operation must persist before which. */
export function explainCrash(
  operations: readonly RecordedOperation[],
  choice: CrashChoice,
  directory: string,
): string {
  const name = (index: number) => operationName(operations, index, directory);
  const [first] = lossesOf(choice);
  if (first === undefined) {
    if (choice.at === 0) return "nothing was done, and it is broken";
    return `${name(choice.at - 1)} must not be seen before ${name(choice.at)}`;
  }
  const [lost] = first;
  let kept = choice.at - 1;
  while (kept > lost && (isLost(choice, kept) || isSyncAt(operations, kept))) kept--;
  if (kept <= lost) return `${name(lost)} must persist at once`;
  return `${name(lost)} must persist before ${name(kept)}`;
}

function lossesOf({ fates }: CrashChoice): [number, Fate][] {
  return [...fates].filter(([, fate]) => fate !== "kept").toSorted(([one], [two]) => one - two);
}

function isLost({ fates }: CrashChoice, index: number): boolean {
  return (fates.get(index) ?? "kept") !== "kept";
}

function isSyncAt(operations: readonly RecordedOperation[], index: number): boolean {
  const operation = operations[index];
  return operation !== undefined && isSync(operation);
}
