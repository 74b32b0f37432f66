import { mkdir, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fetch, Subject } from "../../spec/mod.ts";
import { RealClock } from "../clock/real_clock.ts";
import { makeFifo } from "../disk/make_fifo.ts";
import { foreignWrites, removeWorld, WORLD_PLACES } from "../disk/beside_root.ts";
import { nodeFiles } from "../disk/node_files.ts";
import { HarnessError, NotApplicable } from "../errors.ts";
import {
  type HubFile,
  makeCertificate,
  serveHub,
  type ServedHub,
  SimulatedHub,
  type TlsCertificate,
} from "../hub/mod.ts";
import { headView } from "../subjects/head_view.ts";
import { isProgram, type ProgramSubject } from "../subjects/program.ts";
import { hinderedProcess } from "./hindered_process.ts";
import { CaseAbort } from "./case_abort.ts";
import { unknownRequests } from "./make_world.ts";
import { ProgramProcess, type ProgramProcessOptions } from "./programs/program_process.ts";
import { ProgramTrace } from "./programs/program_trace.ts";
import { mountSmallVolume } from "./small_volume.ts";
import { subjectEnvironment } from "./subject_environment.ts";
import type { StartOptions, World, WorldOptions } from "./world.ts";

/** Pieces up to this size are sent one by one, with a pause. */
/** What programs run on. */
const MACHINE = { kind: "process", makeFifo } as const;

const SLOW_CHUNK_BYTES_MAX = 4096;
const SLOW_CHUNK_MS = 2;
/** Directories above the world's own, so that a path that leads up and up from the root still ends where it is seen. */
const DEPTH = ["1", "2", "3", "4", "5", "6"];
/** How long the harness waits for anything more to come, in milliseconds of real time. */
const WATCH_MS = 1_500;

/**
 * A world whose subject is a program: child processes, a real directory, the hub on loopback, the real clock.
 *
 * @param subject who is judged; a {@linkcode ProgramSubject}
 * @throws {NotApplicable} when the world cannot be as the scenario wants it
 */
export async function processWorld(subject: Subject, options: WorldOptions = {}): Promise<World> {
  if (!isProgram(subject))
    throw new HarnessError(`Cannot start ${subject.name} as a process: it is no program`);
  const { sandbox } = subject.program.limitations ?? {};
  if (sandbox !== undefined)
    throw new NotApplicable(
      `a step before what is judged failed: in the sandbox not even a plain download succeeds (${sandbox})`,
    );
  if (options.volume === "folding")
    throw new NotApplicable("no volume here takes names for one that differ in case");
  const base = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-world-")));
  const top = join(base, ...DEPTH);
  await mkdir(top, { recursive: true });
  const documents = join(top, "Documents");
  for (const name of [...WORLD_PLACES, "elsewhere"]) await mkdir(join(top, name));
  const { availableBytes } = options;
  const leave = async (unmount: () => Promise<void> = async () => {}) => {
    await unmount();
    await removeWorld(base);
  };
  try {
    const unmount =
      availableBytes === undefined
        ? undefined
        : await unlessOptional(options, () =>
            mountSmallVolume(documents, { sizeBytes: availableBytes }),
          );
    const { certificate } = options;
    const tls = certificate && (await makeCertificate(join(base, "tls"), certificate));
    if (certificate !== undefined && tls === undefined)
      throw new NotApplicable("no openssl here to make certificates with");
    return await furnish(subject, {
      top,
      tls,
      options,
      availableBytes: unmount === undefined ? undefined : availableBytes,
      leave: () => leave(unmount),
    });
  } catch (error) {
    await leave();
    throw error;
  }
}

/** What a world of processes stands on. */
interface Ground {
  readonly top: string;
  readonly tls: TlsCertificate | undefined;
  readonly options: WorldOptions;
  readonly availableBytes: number | undefined;
  readonly leave: () => Promise<void>;
}

async function furnish(subject: ProgramSubject, ground: Ground): Promise<World> {
  const { top, tls, options, leave, availableBytes } = ground;
  const root = join(top, "Documents", "Models");
  const startMs = Date.now();
  const clock = new RealClock({ startMs, speed: subject.claims.clockSpeed ?? 1 });
  const hub = programHub(subject, { clock, options });
  const caseAbort = new CaseAbort(options.onObstacle);
  const processes: ProgramProcess[] = [];
  const trace = traceOfWorld(options, { hub, subject, startMs, top });
  let wrap: ((fetch: Fetch) => Fetch) | undefined;
  const served = await serveHub(hub, {
    ...(tls && { tls }),
    wrap: () => wrap,
    onSent: () => pieceSent(hub, { trace, processes }),
  });
  const start = (startOptions: StartOptions = {}) => {
    refuseWhatNeedsThisProcess(startOptions, caseAbort);
    wrap = startOptions.relay;
    const { look, env, root: ownRoot = root } = startOptions;
    const process = new ProgramProcess({
      subject,
      root: ownRoot,
      cwd: join(top, "home"),
      env: subjectEnvironment({ top, endpoint: hub.endpoint, startMs, own: env, subject }),
      ready: () => clock.passed(),
      onFault: (fault) => caseAbort.hinder(fault),
      look: look === undefined ? undefined : () => caseAbort.observe(look),
      ...seenFrom(top, { nth: processes.length, hub, served }),
      ...watchedAndBound(startOptions),
      trace: trace && traceOfProcess(trace, processes.length),
    });
    processes.push(process);
    return hinderedProcess(process.running, caseAbort);
  };
  return {
    ...MACHINE,
    subject,
    root,
    outside: join(top, "elsewhere"),
    files: headView(nodeFiles(), { layout: subject.claims.layouts[0] ?? "hubapi" }),
    availableBytes,
    hub,
    clock,
    otherOrigin: served.otherOrigin,
    clearOrigin: served.clearOrigin,
    authorityFile: tls?.authorityFile,
    get obstacle() {
      return caseAbort.obstacle;
    },
    start,
    settle: async () => {
      for (const process of processes) if (process.running.isKilled) await process.kill();
    },
    watch: () => sleep(WATCH_MS),
    notes: () => notesOf(top, hub),
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((process) => process.finish()));
      trace?.end();
      await served.close();
      await leave();
      if (hub.harnessErrors.length > 0)
        throw new HarnessError(`Cannot judge: ${hub.harnessErrors.join("; ")}`);
    },
  };
}

/** A process of its own has the disk, the hosts, the clock and the process table of this machine. */
function refuseWhatNeedsThisProcess(options: StartOptions, caseAbort: CaseAbort): void {
  if (options.files !== undefined)
    caseAbort.refuse("the disk that another process sees cannot be wrapped");
  if (options.fetch !== undefined)
    caseAbort.refuse("another process finds no hosts but those that listen here");
  if (options.standStill !== undefined)
    caseAbort.refuse("nobody counts the calls of another process");
  if (options.clockJumps !== undefined || options.processTable !== undefined)
    caseAbort.refuse("another process has the clock and the process table of this machine");
}

/** What follows when the hub has sent a piece of a body. */
async function pieceSent(
  hub: SimulatedHub,
  world: {
    readonly trace: ProgramTrace | undefined;
    readonly processes: readonly ProgramProcess[];
  },
): Promise<void> {
  // Small pieces are those of a slow line: they arrive one by one.
  if (hub.style.chunkBytes <= SLOW_CHUNK_BYTES_MAX) await sleep(SLOW_CHUNK_MS);
  world.trace?.collect();
  for (const process of world.processes) await process.onSent();
}

/** What notes what the programs of a world do; undefined where nobody asks. */
function traceOfWorld(
  { trace }: WorldOptions,
  world: {
    readonly hub: SimulatedHub;
    readonly subject: ProgramSubject;
    readonly startMs: number;
    readonly top: string;
  },
): ProgramTrace | undefined {
  if (trace === undefined) return undefined;
  const { hub, subject, startMs, top } = world;
  const speed = subject.claims.clockSpeed ?? 1;
  const realMs = (hubMs: number) => startMs + (hubMs - startMs) / speed;
  return new ProgramTrace(trace, { hub, realMs, top, isWatched: (path) => isOfWorld(path, top) });
}

function traceOfProcess(trace: ProgramTrace, nth: number): ProgramProcessOptions["trace"] {
  return {
    note: (what) => trace.note(nth, what),
    protocol: (line) => trace.protocol(nth, line),
    changes: (log) => trace.changes(nth, log),
  };
}

/** What is seen of a process and what it may do, as it was asked for. */
function watchedAndBound({
  observe,
  recordCalls,
  guarded,
  fileBytesMax,
}: StartOptions): Pick<StartOptions, "observe" | "recordCalls" | "guarded" | "fileBytesMax"> {
  return { observe, recordCalls, guarded, fileBytesMax };
}

/** A hub for programs of all kinds: what none of its kind knows it answers as one, and notes. */
function programHub(
  subject: ProgramSubject,
  { clock, options }: { readonly clock: RealClock; readonly options: WorldOptions },
): SimulatedHub {
  const isSpared =
    subject.program.limitations?.emptyFiles === true && options.isAboutEmptyFiles !== true;
  return new SimulatedHub({
    now: () => clock.now(),
    style: options.style ?? {},
    unknownRoutes: "noted",
    onCommit: isSpared ? refuseEmptyFiles : undefined,
  });
}

/** What a program never downloads would be blamed on whatever the case is about. */
function refuseEmptyFiles(files: readonly HubFile[]): void {
  if (files.some(({ bytes }) => bytes.length === 0))
    throw new NotApplicable("it downloads no file of no bytes, as layout/empty_file shows");
}

/** Where nothing can be mounted, a world that may go without a limit does. */
async function unlessOptional<T>(
  { isRoomOptional = false }: WorldOptions,
  mount: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await mount();
  } catch (error) {
    if (isRoomOptional && error instanceof NotApplicable) return undefined;
    throw error;
  }
}

/** What an observer of the nth process must know of its world. */
function seenFrom(
  top: string,
  options: { readonly nth: number; readonly hub: SimulatedHub; readonly served: ServedHub },
): Pick<ProgramProcessOptions, "tracerLog" | "isWatched" | "ports"> {
  const { nth, hub, served } = options;
  const origins = [
    hub.endpoint,
    hub.cdnOrigin,
    hub.urlOrigin,
    served.otherOrigin,
    served.clearOrigin,
  ];
  return {
    tracerLog: join(top, "..", `tracer-${nth}.log`),
    isWatched: (path) => isOfWorld(path, top),
    ports: origins.map((origin) => Number(new URL(origin).port)),
  };
}

/** Whether a path lies in the world or above, and not where a program has its own affairs. */
function isOfWorld(path: string, top: string): boolean {
  const base = join(top, ...DEPTH.map(() => ".."));
  const isBelow = (directory: string) => path.startsWith(directory + sep);
  return isBelow(base) && !["home", "tmp"].some((name) => isBelow(join(top, name)));
}

async function notesOf(top: string, hub: SimulatedHub): Promise<string[]> {
  return [
    ...(await foreignWrites(top)).map((path) => `wrote beside its root: ${path}`),
    ...unknownRequests(hub),
  ];
}
