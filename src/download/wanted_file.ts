import type { Digest } from "../../spec/mod.ts";

/** One file that a download is to put in its place. */
export interface WantedFile {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  /** Listed size in bytes; undefined when the server does not state it. */
  readonly sizeBytes: number | undefined;
  /** Listed hash; undefined when the server does not state it. */
  readonly digest: Digest | undefined;
  /** Address of the content. */
  readonly url: string;
  /** Name of the content among the partial files: equal for equal content, and for nothing else. */
  readonly contentKey: string;
  /** The strong etag of content that has no listed hash. */
  readonly validator?: string | undefined;
}
