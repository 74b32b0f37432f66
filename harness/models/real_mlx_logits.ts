import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What real MLX is asked to generate. */
export interface MlxRequest {
  readonly directory: string;
  readonly ids: readonly number[];
  readonly count: number;
  /** Whether MLX computes in float32 although the weights are narrower. @default {false} */
  readonly float32?: boolean;
  /** Whether all logits are wanted. @default {false} */
  readonly logits?: boolean;
}

/** One token that MLX generated. */
export interface MlxStep {
  readonly id: number;
  /** Since generation began. */
  readonly ms: number;
  readonly logits?: readonly number[];
}

/** What MLX generated. */
export interface MlxAnswer {
  /** What it was computed on, in MLX's words: `Device(gpu, 0)` is Metal. */
  readonly device: string;
  readonly loadMs: number;
  /** The processor's time to generate, of all threads. */
  readonly cpuMs: number;
  readonly steps: readonly MlxStep[];
}

/** A Python process in which mlx-lm loads models and generates; start-up takes seconds, so one serves many models. */
export class RealMlx implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param python a Python that has `mlx` and `mlx-lm`, as `MLX_LAYOUT_PYTHON` names one */
  constructor(python: string) {
    this.#child = spawn(python, [join(import.meta.dirname, "real_mlx_logits.py")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error(`Cannot read what "${python}" answers`);
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** @throws {Error} when MLX refuses the model, with MLX's own words, or when the process ended */
  async generate(request: MlxRequest): Promise<MlxAnswer> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`Cannot ask MLX about "${request.directory}": it ended`);
    const answer = JSON.parse(value) as
      | { readonly ok: false; readonly error: string }
      | {
          readonly ok: true;
          readonly device: string;
          readonly load_ms: number;
          readonly cpu_ms: number;
          readonly steps: readonly MlxStep[];
        };
    if (!answer.ok) throw new Error(`MLX refuses "${request.directory}": ${answer.error}`);
    const { device, steps } = answer;
    return { device, loadMs: answer.load_ms, cpuMs: answer.cpu_ms, steps };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
  }
}
