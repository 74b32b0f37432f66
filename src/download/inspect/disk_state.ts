import type { Digest } from "../../../spec/mod.ts";
import type { WantedFile } from "../download_task.ts";

/** A wanted file that is in its place, whole. */
export interface KeptFile {
  readonly wanted: WantedFile;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** A content that must be brought to one or more places. */
export interface MissingContent {
  readonly wanted: readonly [WantedFile, ...WantedFile[]];
  /** Bytes in its partial file; they are not verified yet. */
  readonly bytesKept: number;
  /** Another place in the model's directory that has the same content. */
  readonly copyOf: string | undefined;
}

/** How a model's directory stands against what is wanted. */
export interface DiskState {
  readonly kept: readonly KeptFile[];
  /** Files of a hub cache whose content is there, whole, and only the link to it is not. */
  readonly unlinked: readonly KeptFile[];
  readonly missing: readonly MissingContent[];
}
