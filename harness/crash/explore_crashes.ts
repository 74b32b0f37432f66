import type { RequirementId } from "../../spec/mod.ts";
import { explainCrash, crashLine, fewestLosses } from "./explain_crash.ts";
import type { CrashChoice } from "./crash_choice.ts";
import type { CrashPlace } from "./crash_process.ts";
import { type CrashCase, crashCase, type CrashPromise } from "./crash_story.ts";
import {
  type Coverage,
  type CrashState,
  enumerateStates,
  type EnumerateOptions,
  newCoverage,
} from "./enumerate_states.ts";
import { CrashImageBuilder } from "./crash_image_builder.ts";
import { judgeState, type StateQuestions } from "./judge_state.ts";
import type { CrashViolation } from "./state_look.ts";
import type { Persistence } from "./persistence_profile.ts";

/** What crashes are tried, and how far. */
export interface ExploreOptions extends Omit<EnumerateOptions, "promiseAt" | "seen"> {
  readonly asks?: StateQuestions;
  /** At most this many states that the subject is asked about, spread evenly; the disk of each is looked at. @default {all} */
  readonly askedMax?: number;
  /** The crash that comes while the download after the first one runs. @default {none} */
  readonly again?: Persistence &
    Pick<EnumerateOptions, "exhaustiveMax" | "samples"> & {
      /** As above, of each recovery. */
      readonly askedMax?: number;
    };
  /** At most this many recoveries that are crashed. @default {all} */
  readonly recoveriesMax?: number;
  /** The only promises that are of interest. @default {all} */
  readonly promises?: readonly CrashPromise[];
}

/** One kind of crash, gone through. */
export interface CrashTally extends Coverage {
  /** States that the subject was asked about. */
  asked: number;
  violations: number;
}

/** The first state that shows a requirement broken. */
export interface CrashFinding extends CrashViolation {
  readonly choice: CrashChoice;
  /** Where the crash came and what it took. */
  readonly crash: string;
  /** Which operation must persist before which. */
  readonly order: string;
  readonly duringRecovery: boolean;
}

/** What exploring the crashes of a recording gave. */
export interface CrashReport {
  readonly operations: number;
  readonly first: CrashTally;
  readonly recovery: CrashTally;
  /** Recoveries that were crashed. */
  readonly recoveries: number;
  /** One for each requirement that broke. */
  readonly findings: readonly CrashFinding[];
  readonly durationMs: number;
}

/** Goes through the crashes of a recorded run and judges what each leaves, also when the next download crashes again. */
export async function exploreCrashes(
  place: CrashPlace,
  crash: CrashCase,
  options: ExploreOptions,
): Promise<CrashReport> {
  const explorer = new Explorer(place, options);
  const startMs = performance.now();
  await explorer.run(crash);
  return {
    operations: crash.recording.operations.length,
    first: explorer.first,
    recovery: explorer.second,
    recoveries: explorer.recoveries,
    findings: [...explorer.findings.values()],
    durationMs: performance.now() - startMs,
  };
}

class Explorer {
  readonly first: CrashTally = { ...newCoverage(), asked: 0, violations: 0 };
  readonly second: CrashTally = { ...newCoverage(), asked: 0, violations: 0 };
  readonly findings = new Map<RequirementId, CrashFinding>();
  recoveries = 0;
  readonly #place: CrashPlace;
  readonly #options: ExploreOptions;
  /** Over both crashes: a disk that was judged once is not judged again. */
  readonly #seen = new Set<string>();

  constructor(place: CrashPlace, options: ExploreOptions) {
    this.#place = place;
    this.#options = options;
  }

  run(crash: CrashCase): Promise<void> {
    const { askedMax } = this.#options;
    const states = this.#states(crash, this.#options, this.first);
    return this.#judgeAll(crash, states, { tally: this.first, askedMax });
  }

  async #judgeAll(
    crash: CrashCase,
    states: Iterable<CrashState>,
    options: { readonly tally: CrashTally; readonly askedMax: number | undefined },
  ): Promise<void> {
    const { tally, askedMax } = options;
    if (askedMax === undefined) {
      for (const state of states) await this.#judge(crash, state, tally);
      return;
    }
    // How many there are must be known before some are chosen.
    const all = [...states];
    const step = Math.max(1, all.length / askedMax);
    let next = 0;
    for (const [index, state] of all.entries()) {
      const isAsked = index >= next;
      if (isAsked) next += step;
      await this.#judge(crash, { ...state, isAsked }, tally);
    }
  }

  *#states(crash: CrashCase, options: EnumerateOptions, tally: CrashTally): Generator<CrashState> {
    const { promises } = this.#options;
    const seen = this.#seen;
    const { promiseAt } = crash;
    for (const state of enumerateStates(crash.recording, { ...options, promiseAt, seen }, tally)) {
      if (promises?.includes(state.promise as CrashPromise) ?? true) yield state;
    }
  }

  async #judge(
    crash: CrashCase,
    state: CrashState & { readonly isAsked?: boolean },
    tally: CrashTally,
  ): Promise<void> {
    const { asks: wanted } = this.#options;
    const isAsked = state.isAsked ?? true;
    const asks = isAsked ? wanted : { ...wanted, answers: false, recovery: false };
    if (isAsked) tally.asked++;
    const place = this.#placeOf(tally);
    const { violations, recovery } = await judgeState(place, crash, { ...state, asks });
    tally.violations += violations.length;
    for (const violation of violations) await this.#find(crash, { violation, state, tally });
    const { again, recoveriesMax = Number.POSITIVE_INFINITY } = this.#options;
    if (tally !== this.first || again === undefined || recovery === undefined) return;
    if (this.recoveries >= recoveriesMax) return;
    this.recoveries++;
    // What the first success had promised is no longer there to be kept.
    const { before: _before, ...story } = crash.story;
    const next = crashCase(story, recovery);
    const { seed } = this.#options;
    const options = { ...again, ...(seed === undefined ? {} : { seed }) };
    const states = this.#states(next, options, this.second);
    await this.#judgeAll(next, states, { tally: this.second, askedMax: again.askedMax });
  }

  #placeOf(tally: CrashTally): CrashPlace {
    const isFirst = tally === this.first;
    const { profile, again } = this.#options;
    const isSameBoot = (isFirst ? profile : again?.profile) === "kill";
    return { ...this.#place, isSameBoot, crashes: isFirst ? 1 : 2 };
  }

  /** Keeps the first state for each requirement, with as few losses as show it. */
  async #find(
    crash: CrashCase,
    found: {
      readonly violation: CrashViolation;
      readonly state: CrashState;
      readonly tally: CrashTally;
    },
  ): Promise<void> {
    const { violation, state, tally } = found;
    const { requirement } = violation;
    if (this.findings.has(requirement)) return;
    const folder = new CrashImageBuilder(crash.recording);
    const choice = await fewestLosses(state.choice, async (fewer) => {
      const promise = crash.promiseAt(fewer.at);
      const again = { image: folder.fold(fewer), promise, asks: this.#options.asks ?? {} };
      const { violations } = await judgeState(this.#placeOf(tally), crash, again);
      return violations.some((other) => other.requirement === requirement);
    });
    const { operations } = crash.recording;
    const { directory } = crash.story;
    this.findings.set(requirement, {
      ...violation,
      choice,
      crash: crashLine(operations, choice, directory),
      order: explainCrash(operations, choice, directory),
      duringRecovery: tally === this.second,
    });
  }
}
