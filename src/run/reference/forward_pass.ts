import { mixHeads, type PassTokens, rotateHeads } from "./attention_heads.ts";
import type { LayerPlan, PlacedVector } from "./engine_plan.ts";
import type { EngineSetup } from "./engine_setup.ts";
import { ExpertBlock } from "./expert_block.ts";
import { CONTROL, type ThreadTeam } from "./threads/thread_team.ts";
import { ThreadWork, type Vectors } from "./thread_work.ts";
import { anglesAt, bend, multiplyBy } from "./vector_math.ts";
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
      angles: plan.shape.rotations.map((rotation) =>
        Array.from({ length: count }, (_, token) => anglesAt(position + token, rotation)),
      ),
    };
    this.#embed(count);
    if (!this.#team.meet()) return;
    for (const [index, layer] of plan.layers.entries()) {
      if (!this.#attend(tokens, layer, index)) return;
      if (!this.#transform(layer, { index, count })) return;
    }
    if (word(CONTROL.wantsLogits) !== 0) this.#score(count - 1);
    this.#team.meet();
  }

  #embed(count: number): void {
    const { plan, layout } = this.#setup;
    const { start, end } = this.#team.part(count);
    for (let token = start; token < end; token++) {
      const id = this.#control[CONTROL.tokenIds + token] ?? 0;
      const at = layout.residual + token * layout.residualBytes;
      this.#work.unpackRow(plan.embedding, id, at);
      const { hiddenSize, factors } = plan.shape;
      const vector = this.#work.view(at, hiddenSize);
      if (factors.embedding !== 1) multiplyBy(vector, Math.fround(factors.embedding), vector);
    }
  }

  /** The first half of a layer; false when it was cancelled. */
  #attend(tokens: PassTokens, layer: LayerPlan, index: number): boolean {
    const { layout } = this.#setup;
    const { count } = tokens;
    const inputs = this.#work.norm(layer.norms.beforeAttention, count);
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
    this.#work.multiply(layer.output, { inputs: mixed, outputs: this.#delta() }, count);
    return this.#add(layer.norms.afterAttention, count);
  }

  /** The second half of a layer; false when it was cancelled. */
  #transform(
    { inner, norms }: LayerPlan,
    { index, count }: { readonly index: number; readonly count: number },
  ): boolean {
    const { layout, plan } = this.#setup;
    const inputs = this.#work.norm(norms.beforeInner, count);
    const experts = plan.shape.layers[index]?.experts;
    if ("router" in inner && experts !== undefined) {
      if (!new ExpertBlock(this.#work, inner, experts).run(inputs, count)) return false;
    } else if (!("router" in inner)) {
      this.#work.gate(inner, inputs, { slot: 0, tokenCount: count });
      if (!this.#team.meet()) return false;
      const gates = { start: layout.gate, strideBytes: layout.gateBytes };
      this.#work.multiply(inner.down, { inputs: gates, outputs: this.#delta() }, count);
    }
    return this.#add(norms.afterInner, count);
  }

  /** Where what half a layer gives goes before it is added. */
  #delta(): Vectors {
    const { delta, residualBytes } = this.#setup.layout;
    return { start: delta, strideBytes: residualBytes };
  }

  /** Adds what half a layer gives; false when it was cancelled. */
  #add(norm: PlacedVector | undefined, count: number): boolean {
    // A norm needs the whole vector.
    if (norm !== undefined && !this.#team.meet()) return false;
    this.#work.addDelta(norm, count);
    return this.#team.meet();
  }

  /** The logits of one token. */
  #score(token: number): void {
    const { plan, layout } = this.#setup;
    const inputs = this.#work.normToken(plan.norm, token);
    const outputs = { start: layout.logits, strideBytes: 0 };
    this.#work.multiply(plan.head, { inputs, outputs }, 1);
    const { factors, caps } = plan.shape;
    const { start, end } = this.#team.part(plan.head.rows);
    const logits = this.#work.view(layout.logits + start * 4, end - start);
    const divisor = Math.fround(factors.logitDivisor);
    if (divisor !== 1) logits.forEach((logit, at) => (logits[at] = logit / divisor));
    if (caps.logits !== undefined) bend(logits, caps.logits);
  }
}
