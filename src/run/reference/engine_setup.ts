import type { EnginePlan } from "./engine_plan.ts";
import type { CompiledModule, WasmMemory } from "./wasm/web_assembly.ts";
import type { WorkLayout } from "./work_layout.ts";

/** What the threads share: it can be sent to each of them. */
export interface EngineSetup {
  readonly plan: EnginePlan;
  readonly layout: WorkLayout;
  readonly module: CompiledModule;
  /** The pieces of the weights. */
  readonly weights: readonly WasmMemory[];
  readonly work: WasmMemory;
  /** The words of `CONTROL`. */
  readonly control: SharedArrayBuffer;
  readonly threadCount: number;
}

/** Threads that stand ready to compute; the port behind which the platform's threads are. */
export interface ComputeThreads {
  /**
   * Runs the pass that the control words describe, and resolves when every thread has ended it.
   *
   * @throws ModelError with the code `internal` when a thread died, and `cancelled` after `close`
   */
  run(): Promise<void>;
  close(): Promise<void>;
}
