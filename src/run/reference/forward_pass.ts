import { mixHeads, type PassTokens, rotateHeads } from "./attention_heads.ts";
import type { LayerPlan } from "./engine_plan.ts";
import type { EngineSetup } from "./engine_setup.ts";
import { CONTROL, type ThreadTeam } from "./threads/thread_team.ts";
import { ThreadWork } from "./thread_work.ts";
import { anglesAt, swiGlu } from "./vector_math.ts";
import { CacheLayout } from "./work_layout.ts";

/**
 * Computes the layers for some tokens, as one of the threads that do it together.
 *
 * Each number is computed by one thread, in one order of additions, whatever the count of threads: rows of a
 * matrix and heads are divided among them, never a sum. Results are the same to the last bit.
 */
export class ForwardPass {
  readonly #setup: EngineSetup;
  readonly #team: ThreadTeam;
  readonly #control: Int32Array;
  readonly #work: ThreadWork;

  constructor(setup: EngineSetup, team: ThreadTeam) {
    this.#setup = setup;
    this.#team = team;
    this.#control = new Int32Array(setup.control);
    this.#work = new ThreadWork(setup, team);
  }

  /** Runs the pass that the control words describe; it ends early when it was cancelled. */
  run(): void {
    const { plan, layout } = this.#setup;
    const word = (index: number) => Atomics.load(this.#control, index);
    this.#team.begin();
    this.#work.refresh();
    const count = word(CONTROL.tokenCount);
    const position = word(CONTROL.position);
    const tokens: PassTokens = {
      count,
      position,
      cache: new CacheLayout(plan, layout, word(CONTROL.capacity)),
      angles: Array.from({ length: count }, (_, token) =>
        anglesAt(position + token, plan.shape.rotation),
      ),
    };
    this.#embed(count);
    if (!this.#team.meet()) return;
    for (const [index, layer] of plan.layers.entries()) {
      if (!this.#attend(tokens, layer, index)) return;
      if (!this.#transform(layer, count)) return;
    }
    if (word(CONTROL.wantsLogits) !== 0) this.#score(count - 1);
    this.#team.meet();
  }

  #embed(count: number): void {
    const { plan, layout } = this.#setup;
    const { start, end } = this.#team.part(count);
    for (let token = start; token < end; token++) {
      const id = this.#control[CONTROL.tokenIds + token] ?? 0;
      this.#work.unpackRow(plan.embedding, id, layout.residual + token * layout.residualBytes);
    }
  }

  /** The first half of a layer; false when it was cancelled. */
  #attend(tokens: PassTokens, layer: LayerPlan, index: number): boolean {
    const { layout } = this.#setup;
    const { count } = tokens;
    const inputs = this.#work.norm(layer.inputNorm, count);
    const outputs = (start: number, strideBytes: number) => ({
      inputs,
      outputs: { start, strideBytes },
    });
    this.#work.multiply(layer.query, outputs(layout.query, layout.queryBytes), count);
    this.#work.multiply(layer.key, outputs(layout.key, layout.keyBytes), count);
    this.#work.multiply(layer.value, outputs(layout.value, layout.keyBytes), count);
    if (!this.#team.meet()) return false;
    rotateHeads(this.#work, tokens, { layer, index });
    if (!this.#team.meet()) return false;
    mixHeads(this.#work, tokens, index);
    if (!this.#team.meet()) return false;
    const mixed = { start: layout.mixed, strideBytes: layout.queryBytes };
    this.#work.addProduct(layer.output, mixed, count);
    return this.#team.meet();
  }

  /** The second half of a layer; false when it was cancelled. */
  #transform(layer: LayerPlan, count: number): boolean {
    const { gate, up, gateBytes: strideBytes } = this.#setup.layout;
    const inputs = this.#work.norm(layer.attentionNorm, count);
    const gates = { start: gate, strideBytes };
    this.#work.multiply(layer.gate, { inputs, outputs: gates }, count);
    this.#work.multiply(layer.up, { inputs, outputs: { start: up, strideBytes } }, count);
    const { start, end } = this.#team.part(layer.gate.rows);
    for (let token = 0; token < count; token++) {
      const at = token * strideBytes + start * 4;
      swiGlu(this.#work.view(gate + at, end - start), this.#work.view(up + at, end - start));
    }
    if (!this.#team.meet()) return false;
    this.#work.addProduct(layer.down, gates, count);
    return this.#team.meet();
  }

  /** The logits of one token. */
  #score(token: number): void {
    const { plan, layout } = this.#setup;
    const inputs = this.#work.normToken(plan.norm, token);
    const outputs = { start: layout.logits, strideBytes: 0 };
    this.#work.multiply(plan.head, { inputs, outputs }, 1);
  }
}
