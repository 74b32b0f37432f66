import fc from "fast-check";
import type { TinyModel } from "../models/mod.ts";

/** Gives a model that a failing property prints by its label instead of by all its bytes. */
export function labelledModel(model: TinyModel): TinyModel {
  // Not enumerable: two equal models stay equal.
  return Object.defineProperty({ ...model }, fc.toStringMethod, { value: () => model.label });
}
