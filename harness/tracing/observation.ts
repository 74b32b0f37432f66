/** A file that a process opened. */
export interface OpenedFile {
  /** As it was given, or the real one where the system reports it. */
  readonly path: string;
  readonly isForWriting: boolean;
}

/**
 * What a process of a subject did in the operations that it was asked for: with success, in order.
 *
 * Within this process the port's calls are noted. Of a program its system calls are: at paths in the world, but for the
 * program's own home and temporary directory.
 */
export class Observation {
  /** Files, no directories. */
  readonly opened: OpenedFile[] = [];
  /** How much was asked for in one go; not what a program maps into its memory. */
  readonly reads: { readonly path: string; readonly sizeBytes: number }[] = [];
  /** Calls after which the disk is another. */
  readonly changes: { readonly operation: string; readonly path: string }[] = [];
  /** Where requests went: an address each; of a program's connections host and port, but for those to itself on loopback. */
  readonly requests: string[] = [];
  /** Command lines of programs that were started. */
  readonly executed: (readonly string[])[] = [];
}
