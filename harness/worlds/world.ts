import type {
  Clock,
  ComputeLimits,
  Environment,
  Fetch,
  FileSystem,
  ModelManager,
  ProgramStarter,
  RootConfig,
  Subject,
} from "../../spec/mod.ts";
import type { GuardedFilesOptions, VolumeKind } from "../disk/mod.ts";
import type { CertificateKind, HubStyle, SimulatedHub } from "../hub/mod.ts";
import type { Observation } from "../tracing/observation.ts";
import type { KillPoint, StandStill } from "./process_gate.ts";
import type { Schedule } from "./call_scheduler.ts";
import type { WorldTrace } from "./world_trace.ts";

/** The worlds that run in this process. */
export const WORLD_KINDS = ["memory", "disk"] as const;

/**
 * Memory: a disk in memory. Disk: a real temporary directory. Both have a simulated hub and clock.
 * Process: a program in processes of its own, a real directory, the hub on loopback, a real clock.
 */
export type WorldKind = (typeof WORLD_KINDS)[number] | "process";

/** How many cases a run has of each scenario, by world. */
export type RunsByWorld = Readonly<Record<(typeof WORLD_KINDS)[number], number>> & {
  readonly process?: number;
};

/** Time in a world. */
export interface WorldClock extends Clock {
  /** Set when time ran out: the case goes round in circles. */
  readonly failure: Error | undefined;
  /** Longest pause of a subject that anybody waits for, in milliseconds of this clock. @default {unlimited} */
  readonly patienceMs?: number;
  /** Lets time pass before the next operation. */
  advance(durationMs: number): void;
}

/** How a world is made. */
export interface WorldOptions {
  /** For temporary names and jitter. @default {1} */
  readonly seed?: number;
  /** What kind of volume the disk is. @default {"plain"} */
  readonly volume?: VolumeKind;
  readonly style?: Partial<HubStyle>;
  /** Room on the volume; what is removed gives its room back. @default {unlimited} */
  readonly availableBytes?: number;
  /** Whether the case is about files of no bytes, and so also for those who download none. @default {false} */
  readonly isAboutEmptyFiles?: boolean;
  /** Whether a world without a limit will do where no volume of that size can be had; it says so. @default {false} */
  readonly isRoomOptional?: boolean;
  /** What the hub's certificate is like; only where hosts really listen. @default {no TLS is spoken} */
  readonly certificate?: CertificateKind | undefined;
  /** How many bytes a subject in process handles at a time, so that small files have many pieces. @default {its own number} */
  readonly pieceBytes?: number | undefined;
  /** In which order the calls of the processes go on, one at a time. @default {all at once, as they come} */
  readonly schedule?: Schedule;
  /** Gets what the processes do; for a case that is shown to somebody. */
  readonly trace?: WorldTrace;
  /** Called once, when the case turns out not to be possible here or its subject breaks its own protocol. */
  readonly onObstacle?: () => void;
}

/** A change of the wall clock by hand or by a time server. */
export interface ClockJump {
  /** How long after the start of the process, in milliseconds. */
  readonly afterMs: number;
  /** Forward or back, in milliseconds. */
  readonly byMs: number;
}

/** How a process of the subject is started. */
export interface StartOptions {
  /** Beside `HF_ENDPOINT`, which is the world's hub unless it is given here. */
  readonly env?: Environment;
  readonly root?: string;
  /** The identity of the root that the process is told; of subjects within the harness's own process. */
  readonly volume?: string;
  /** Whether the process is told that nothing may be changed in the root; of subjects within the harness's own process. */
  readonly isReadOnly?: boolean;
  /** Further directories with models that the process is told; of subjects within the harness's own process. */
  readonly roots?: readonly RootConfig[];
  /** Wraps the disk that this process sees. */
  readonly files?: (files: FileSystem) => FileSystem;
  /** Wraps the network that this process sees. */
  readonly fetch?: (fetch: Fetch) => Fetch;
  /** What this process may start other programs with. @default {nothing} */
  readonly programs?: ProgramStarter;
  /** How this process divides what it computes; of subjects within the harness's own process. @default {as it likes} */
  readonly compute?: ComputeLimits | undefined;
  /** As `fetch`, of a wrapper that answers for no other host: it may stand on the wire, before a program too. */
  readonly relay?: (fetch: Fetch) => Fetch;
  /** Looks at the disk after each change that this process makes; where nobody sees changes, often, with the process held still. */
  readonly look?: () => Promise<void>;
  /** Gets what this process does in each operation, once that has ended; operations one at a time. */
  readonly observe?: Observation | undefined;
  /** Gets a log of strace with the calls of each operation that change the disk, each written byte included; of programs only. */
  readonly recordCalls?: ((log: string, options: { readonly sinceMs: number }) => void) | undefined;
  /** A directory that this process is kept from writing to, for as long as an operation of it takes; it must exist. */
  readonly guarded?: GuardedFilesOptions | undefined;
  /** Where this process stands still for a while. @default {nowhere} */
  readonly standStill?: StandStill | undefined;
  /** How this process's wall clock is set meanwhile. @default {not at all} */
  readonly clockJumps?: readonly ClockJump[] | undefined;
  /** Namespace of process numbers, such as a container's: processes see only those in their own. @default {"simulated"} */
  readonly processTable?: string | undefined;
  /** Largest file that this process may write; more is refused with `EFBIG`. @default {unlimited} */
  readonly fileBytesMax?: number | undefined;
}

/** A process of the subject. */
export interface RunningSubject extends ModelManager {
  readonly pid: number;
  /** How often it has changed the disk so far. */
  readonly changes: number;
  /** How many pieces of bodies it has received so far. */
  readonly chunks: number;
  readonly isKilled: boolean;
  /** Says where this process is to die. */
  killAt(point: KillPoint): void;
  /** As `kill -9`; resolves when the disk has come to rest. */
  kill(): Promise<void>;
}

/** A disk, a hub and a clock, and the subject among them. */
export interface World extends AsyncDisposable {
  readonly kind: WorldKind;
  readonly subject: Subject;
  /** Where models go; absent at first. */
  readonly root: string;
  /** A directory beside the root; exists. */
  readonly outside: string;
  /** The disk as the harness sees it. */
  readonly files: FileSystem;
  /** Room that the volume was made with, where it is limited. */
  readonly availableBytes?: number | undefined;
  readonly hub: SimulatedHub;
  readonly clock: WorldClock;
  /** What keeps the case from being judged, once there is something. */
  readonly obstacle?: Error | undefined;
  /** Scheme, host and port of a stranger to the hub, where only a wrapper answers. */
  readonly otherOrigin: string;
  /** Another such host, which never speaks TLS. */
  readonly clearOrigin: string;
  /** A file with the certificate of the issuer, where the hub has one. */
  readonly authorityFile?: string | undefined;
  /** Puts a FIFO there, of which nobody has the other end. @throws {NotApplicable} where there are none */
  makeFifo(path: string): Promise<void>;
  /** Starts a process of the subject. */
  start(options?: StartOptions): RunningSubject;
  /** Waits until everything that a killed process had begun has come to rest. */
  settle(): Promise<void>;
  /** Waits as long as it takes to see that nothing more comes. */
  watch(): Promise<void>;
  /** What else was noticed, for the report. */
  notes?(): Promise<readonly string[]>;
}
