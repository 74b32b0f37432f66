import { mkdir, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment, Fetch, Subject } from "../../spec/mod.ts";
import { RealClock } from "../clock/real_clock.ts";
import { nodeFiles } from "../disk/node_files.ts";
import { serveHub, SimulatedHub } from "../hub/mod.ts";
import { HarnessError } from "../scenario/harness_error.ts";
import { NotPossibleHere } from "../scenario/not_possible_here.ts";
import { headView } from "../subjects/head_view.ts";
import { isProgram, type ProgramSubject } from "../subjects/program.ts";
import { ProgramProcess } from "./program_process.ts";
import { mountSmallVolume } from "./small_volume.ts";
import type { StartOptions, World, WorldOptions } from "./world.ts";

/** Variables of this process that a subject gets too: without them no program is found. */
const INHERITED = ["PATH", "SystemRoot", "PATHEXT"] as const;
/** Pieces up to this size are sent one by one, with a pause. */
const SLOW_CHUNK_BYTES_MAX = 4096;
const SLOW_CHUNK_MS = 2;
/** How long the judge looks whether anything more comes, in milliseconds of real time. */
const WATCH_MS = 1_500;

/**
 * A world whose subject is a program: child processes, a real directory, the hub on loopback, the real clock.
 *
 * @param subject who is judged; a {@linkcode ProgramSubject}
 * @throws {NotPossibleHere} when the world cannot be as the scenario wants it
 */
export async function processWorld(subject: Subject, options: WorldOptions = {}): Promise<World> {
  if (!isProgram(subject))
    throw new HarnessError(`Cannot start ${subject.name} as a process: it is no program`);
  if (options.volume === "folding")
    throw new NotPossibleHere("no volume here takes names for one that differ in case");
  const top = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-world-")));
  const documents = join(top, "Documents");
  for (const name of ["Documents", "elsewhere", "home", "tmp"]) await mkdir(join(top, name));
  const { availableBytes } = options;
  const leave = async (unmount: () => Promise<void> = async () => {}) => {
    await unmount();
    await rm(top, { recursive: true, force: true });
  };
  try {
    const unmount =
      availableBytes === undefined
        ? undefined
        : await mountSmallVolume(documents, { sizeBytes: availableBytes });
    return await furnish(subject, { top, options, leave: () => leave(unmount) });
  } catch (error) {
    await leave();
    throw error;
  }
}

async function furnish(
  subject: ProgramSubject,
  place: {
    readonly top: string;
    readonly options: WorldOptions;
    readonly leave: () => Promise<void>;
  },
): Promise<World> {
  const { top, options, leave } = place;
  const root = join(top, "Documents", "Models");
  const startMs = Date.now();
  const clock = new RealClock({ startMs, speed: subject.claims.clockSpeed ?? 1 });
  const hub = new SimulatedHub({ now: () => clock.now(), style: options.style ?? {} });
  const processes: ProgramProcess[] = [];
  let wrap: ((fetch: Fetch) => Fetch) | undefined;
  let obstacle: Error | undefined;
  let lookFailure: unknown;
  const hinder = (error: Error) => {
    if (obstacle === undefined) options.onObstacle?.();
    obstacle ??= error;
  };
  const served = await serveHub(hub, {
    wrap: () => wrap,
    onSent: async () => {
      // Small pieces are those of a slow line: they arrive one by one.
      if (hub.style.chunkBytes <= SLOW_CHUNK_BYTES_MAX) await sleep(SLOW_CHUNK_MS);
      for (const process of processes) await process.onSent();
    },
  });
  const start = (startOptions: StartOptions = {}) => {
    if (startOptions.files !== undefined)
      throw hindered(hinder, "the disk that another process sees cannot be wrapped");
    if (startOptions.fetch !== undefined)
      throw hindered(hinder, "another process finds no hosts but those that listen here");
    wrap = startOptions.relay;
    const { look } = startOptions;
    const process = new ProgramProcess({
      subject,
      root: startOptions.root ?? root,
      cwd: join(top, "home"),
      env: environmentOf({ top, endpoint: hub.endpoint, startMs, own: startOptions.env, subject }),
      ready: () => clock.passed(),
      onFault: hinder,
      look:
        look === undefined
          ? undefined
          : () =>
              look().catch((error: unknown) => {
                lookFailure ??= error;
              }),
    });
    processes.push(process);
    return hinderedBy(process, { hinder, lookFailure: () => lookFailure });
  };
  const files = headView(nodeFiles(), { root, layout: subject.claims.layouts[0] ?? "hubapi" });
  return {
    kind: "process",
    subject,
    root,
    outside: join(top, "elsewhere"),
    files,
    hub,
    clock,
    otherOrigin: served.otherOrigin,
    get obstacle() {
      return obstacle;
    },
    start,
    settle: async () => {
      for (const process of processes) if (process.running.isKilled) await process.kill();
    },
    watch: () => new RealClock({ startMs, speed: 1 }).sleep(WATCH_MS),
    notes: () => foreignWrites(top),
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((process) => process.finish()));
      await served.close();
      await leave();
      if (hub.harnessErrors.length > 0)
        throw new HarnessError(`Cannot judge: ${hub.harnessErrors.join("; ")}`);
    },
  };
}

function hindered(hinder: (error: Error) => void, why: string): NotPossibleHere {
  const error = new NotPossibleHere(why);
  hinder(error);
  return error;
}

/** Notes what could not be asked, also where the scenario makes nothing of the rejection. */
function hinderedBy(
  process: ProgramProcess,
  options: { readonly hinder: (error: Error) => void; readonly lookFailure: () => unknown },
): ProgramProcess["running"] {
  const { hinder, lookFailure } = options;
  return new Proxy(process.running, {
    get(target, name, receiver) {
      try {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          try {
            const answer: unknown = Reflect.apply(value, target, args);
            return answer instanceof Promise ? watched(answer, { hinder, lookFailure }) : answer;
          } catch (error) {
            if (error instanceof NotPossibleHere) hinder(error);
            throw error;
          }
        };
      } catch (error) {
        if (error instanceof NotPossibleHere) hinder(error);
        throw error;
      }
    },
  });
}

async function watched<T>(
  answer: Promise<T>,
  options: { readonly hinder: (error: Error) => void; readonly lookFailure: () => unknown },
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotPossibleHere) options.hinder(error);
    throw error;
  } finally {
    const failure = options.lookFailure();
    // What the observer saw comes first: the answer may only follow from it.
    if (failure !== undefined) throw failure;
  }
}

/** A clean environment: what the case sets, a home and a temporary directory of its own, and nothing of this process. */
function environmentOf(options: {
  readonly top: string;
  readonly endpoint: string;
  readonly startMs: number;
  readonly own: Environment | undefined;
  readonly subject: ProgramSubject;
}): Record<string, string> {
  const { top, endpoint, startMs, own = {}, subject } = options;
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const given: Environment = {
    LANG: "C.UTF-8",
    HOME: join(top, "home"),
    USERPROFILE: join(top, "home"),
    TMPDIR: join(top, "tmp"),
    MLX_LAYOUT_CLOCK_START: String(startMs),
    ...subject.program.env,
    HF_ENDPOINT: endpoint,
    ...own,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) env[name] = value;
  return env;
}

/** What lies beside the root, where only the scenario writes: a line for each place. */
async function foreignWrites(top: string): Promise<string[]> {
  const found: string[] = [];
  const known: Readonly<Record<string, readonly string[]>> = { Documents: ["Models"] };
  for (const name of await readdir(top)) {
    if (name === "elsewhere") continue;
    for (const entry of await readdir(join(top, name)))
      if (known[name]?.includes(entry) !== true) found.push(`${name}/${entry}`);
  }
  return found;
}
