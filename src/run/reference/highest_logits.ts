import type { TokenLogit } from "./reference_model.ts";

/**
 * Finds the highest logits, highest first, the lowest id first among equals. NaN counts as lower
 * than every number.
 */
export function highestLogits(logits: Float32Array, count: number): TokenLogit[] {
  const best: TokenLogit[] = [];
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id] ?? -Infinity;
    const logit = Number.isNaN(value) ? -Infinity : value;
    const last = best[count - 1];
    if (last !== undefined && logit <= last.logit) continue;
    let place = best.length;
    while (place > 0 && logit > (best[place - 1]?.logit ?? Infinity)) place--;
    best.splice(place, 0, { id, logit });
    if (best.length > count) best.pop();
  }
  return best;
}
