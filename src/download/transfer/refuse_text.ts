import type { OpenFile } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";

/** How much of a file shows whether it is text. */
const HEAD_BYTES = 512;
/** Names of weights, of which no format begins as a page, a refusal or a pointer does. */
const WEIGHTS_REGEXP = /\.(?:safetensors|gguf|npz|npy|bin|pth?)$/i;
/** A page or XML, JSON, or the pointer of git-lfs. */
const TEXT_REGEXP = /^\s*(?:<[!?a-z]|[{[]\s*["{[\]}]|version https:\/\/git-lfs)/i;

/**
 * Refuses a page, a refusal in JSON or XML, or a pointer that came where weights were asked for, whatever the server
 * called it: `DL-NO-PAGE`. Only what no hash vouches for needs this.
 *
 * @param path the file's name
 * @throws {ModelError} `not-a-hub`
 */
export async function refuseText(file: OpenFile, path: string, sizeBytes: number): Promise<void> {
  if (!WEIGHTS_REGEXP.test(path)) return;
  const head = new Uint8Array(Math.min(HEAD_BYTES, sizeBytes));
  const count = await file.read(head, 0);
  const kind = textKind(head.subarray(0, count));
  if (kind === undefined) return;
  throw new ModelError(
    "not-a-hub",
    `Cannot keep "${path}": what arrived is ${kind} and not weights; check the address, and whether a login page stands before it`,
    { file: path, actual: kind },
  );
}

function textKind(head: Uint8Array): string | undefined {
  const text = decoded(head);
  if (text === undefined || hasControls(text) || !TEXT_REGEXP.test(text)) return undefined;
  const start = text.trimStart();
  if (start.startsWith("<")) return "a page or XML";
  return start.startsWith("v") ? "a pointer of git-lfs" : "JSON";
}

/** Text has line ends and tabs, and no other control character. */
function hasControls(text: string): boolean {
  return Array.from(text).some((letter) => letter < " " && !"\t\n\r\f".includes(letter));
}

/** Nothing where it is no text; a character may be cut in two at the end. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    // Weights are no text.
    return undefined;
  }
}
