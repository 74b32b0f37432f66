/** How a word is painted for a person. */
export type Style = "bold" | "dim" | "green" | "yellow" | "red";

/** Where text goes. */
export interface Output {
  write(text: string): unknown;
  /** Columns of the terminal behind it, at this moment. @default {undefined: not known} */
  readonly columns?: number | undefined;
  /** Paints text where a person sees colours. @default {text stays as it is} */
  readonly paint?: ((style: Style, text: string) => string) | undefined;
}

/** Text in a colour, where the output shows colours. */
export function painted(output: Output, style: Style, text: string): string {
  return output.paint?.(style, text) ?? text;
}
