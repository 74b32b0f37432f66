import { styleText } from "node:util";
import type { Output } from "../text_output.ts";

/**
 * An output of this process. It is painted where it is a terminal that shows colours; `NO_COLOR` and `FORCE_COLOR` of
 * the process's own environment decide otherwise.
 */
export function terminalOutput(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => stream.write(text),
    get columns() {
      return stream.columns || undefined;
    },
    paint: (style, text) => styleText(style, text, { stream }),
  };
}
