/**
 * The work of `mlx-conform bench crash`: measures how many disks that a crash left are judged in a second on one core, and what takes the time.
 *
 * Processor time is counted, so that what else runs on the machine matters less.
 *
 * @module
 */

import {
  type CrashPlace,
  enumerateStates,
  exploreCrashes,
  inspectState,
  startAfterCrash,
} from "../../harness/internal.ts";
import { memoryWorld, modelPlace } from "../../harness/mod.ts";
import type { ConformContext } from "../commands/conform_context.ts";
import { CRASH_MODELS, type CrashSubjectMatter } from "../crash/crash_models.ts";
import { placeAfterCrash, recordRun } from "../crash/recorded_run.ts";
import { reference } from "../reference/reference.ts";

const REPOSITORY = "mlx-community/Crash";
/** Models that are measured. */
const MODELS = 2;
const PROFILE = { profile: "ordered", exhaustiveMax: 512 } as const;

/**
 * Measures crashes of two models: states a second, then the time of each part.
 *
 * @param statesMax most states that are asked about
 */
export async function benchCrashes(statesMax: number, { writeOut }: ConformContext): Promise<void> {
  for (const model of CRASH_MODELS.slice(0, MODELS)) await benchModel(model, statesMax, writeOut);
}

async function benchModel(
  { name, versions, concurrency }: CrashSubjectMatter,
  statesMax: number,
  writeOut: ConformContext["writeOut"],
): Promise<void> {
  await using world = await memoryWorld(reference);
  const request = { repository: REPOSITORY, concurrency };
  world.hub.publish(REPOSITORY, versions[0] ?? [], { tags: ["mlx"] });
  const directory = modelPlace(world, REPOSITORY);
  const crash = await recordRun(world, { directory, request, versions, isLoadable: true });
  const place = placeAfterCrash(world);
  // The first round is for the compiler.
  for (const round of [1, 2]) {
    const startMs = processorMs();
    const report = await exploreCrashes(place, crash, { ...PROFILE, askedMax: statesMax });
    const ms = processorMs() - startMs;
    if (round === 1) continue;
    const { enumerated, distinct, asked } = report.first;
    writeOut(
      `${name}: ${enumerated} states enumerated and looked at, ${distinct} distinct, ${asked} judged whole, ${Math.round((1000 * asked) / ms)} a second\n`,
    );
  }
  const states = [...enumerateStates(crash.recording, PROFILE)];
  const step = Math.max(1, Math.floor(states.length / statesMax));
  const times = new Map<string, number>();
  let count = 0;
  for (const { image } of states.filter((_, index) => index % step === 0)) {
    count++;
    await timed(times, "look", async () => inspectState(crash, image, "none"));
    await timeQuestions(times, place, image);
  }
  for (const [part, ms] of times)
    writeOut(`  ${part.padEnd(12)} ${(ms / count).toFixed(2)} ms a state\n`);
}

async function timeQuestions(
  times: Map<string, number>,
  place: CrashPlace,
  image: Parameters<typeof startAfterCrash>[1],
): Promise<void> {
  const model = { repository: REPOSITORY };
  const { manager } = await timed(times, "make", async () => startAfterCrash(place, image));
  await timed(times, "status", () => manager.status(model));
  await timed(times, "verify", () => manager.verify(model));
  await timed(times, "check", () => manager.check(model).catch(() => undefined));
  await timed(times, "download", () => manager.download(model));
  await timed(times, "once more", () => manager.download(model));
}

async function timed<T>(
  times: Map<string, number>,
  part: string,
  action: () => Promise<T>,
): Promise<T> {
  const startMs = processorMs();
  const value = await action();
  times.set(part, (times.get(part) ?? 0) + processorMs() - startMs);
  return value;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
