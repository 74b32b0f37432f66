import { NotApplicable } from "../errors.ts";
import type { CaseAbort } from "./case_abort.ts";
import type { RunningSubject } from "./world.ts";

/** A process that tells its world what could not be asked of it, also where the scenario makes nothing of the rejection. */
export function hinderedProcess(running: RunningSubject, caseAbort: CaseAbort): RunningSubject {
  const reported = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      if (error instanceof NotApplicable) caseAbort.hinder(error);
      throw error;
    }
  };
  return new Proxy(running, {
    get: (target, name, receiver) => {
      const value: unknown = reported(() => Reflect.get(target, name, receiver));
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const answer: unknown = reported(() => Reflect.apply(value, target, args));
        return answer instanceof Promise ? watched(answer, caseAbort) : answer;
      };
    },
  });
}

async function watched<T>(answer: Promise<T>, caseAbort: CaseAbort): Promise<T> {
  const settled = await Promise.allSettled([answer]);
  // What the observer saw comes first: the answer may only follow from it.
  const failure = caseAbort.lookFailure;
  if (failure !== undefined) throw failure;
  const [outcome] = settled;
  if (outcome.status === "fulfilled") return outcome.value;
  if (outcome.reason instanceof NotApplicable) caseAbort.hinder(outcome.reason);
  throw outcome.reason;
}
