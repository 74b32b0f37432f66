import type { Environment, Fetch, FileSystem, ModelManager, Subject } from "../../spec/mod.ts";
import type { SimulatedClock } from "../clock/simulated_clock.ts";
import type { VolumeKind } from "../disk/mod.ts";
import type { HubStyle, SimulatedHub } from "../hub/mod.ts";
import type { KillPoint } from "./process_gate.ts";

/** The worlds that run in this process. */
export const WORLD_KINDS = ["memory", "disk"] as const;

/** Memory: a disk in memory. Disk: a real temporary directory. Both have a simulated hub and clock. */
export type WorldKind = (typeof WORLD_KINDS)[number];

/** How a world is made. */
export interface WorldOptions {
  /** For temporary names and jitter. @default {1} */
  readonly seed?: number;
  /** What kind of volume the disk is. @default {"plain"} */
  readonly volume?: VolumeKind;
  readonly style?: Partial<HubStyle>;
  /** Room on the volume; what is removed gives its room back. @default {unlimited} */
  readonly availableBytes?: number;
}

/** How a process of the subject is started. */
export interface StartOptions {
  /** Beside `HF_ENDPOINT`, which is the world's hub unless it is given here. */
  readonly env?: Environment;
  readonly root?: string;
  /** Wraps the disk that this process sees. */
  readonly files?: (files: FileSystem) => FileSystem;
  /** Wraps the network that this process sees. */
  readonly fetch?: (fetch: Fetch) => Fetch;
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
  /** The disk as the judge sees it. */
  readonly files: FileSystem;
  readonly hub: SimulatedHub;
  readonly clock: SimulatedClock;
  /** Starts a process of the subject. */
  start(options?: StartOptions): RunningSubject;
  /** Waits until everything that a killed process had begun has come to rest. */
  settle(): Promise<void>;
}
