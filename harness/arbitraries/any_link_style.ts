import fc from "fast-check";
import { LINK_STYLES, type LinkStyle } from "../hub/hub_style.ts";

/** Draws how the next page is named: half of the time as Hugging Face does, else in another legal form. */
export function anyLinkStyle(): fc.Arbitrary<LinkStyle> {
  return fc.oneof(fc.constant("absolute" as const), fc.constantFrom(...LINK_STYLES));
}
