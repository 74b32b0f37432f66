/**
 * What the commands of `mlx-conform` share.
 *
 * @module
 */

/** What a command may use of the process around it. */
export interface ConformContext {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  readonly random: () => number;
  /** Processes at a time, when the command line does not say. */
  readonly jobs: number;
  /** Path of the module that runs scenarios in a process of its own. */
  readonly worker: string;
  /** Shows an error of the harness itself, in a workflow as an annotation. */
  readonly annotate: (text: string) => void;
  /** Sets the exit code of the process; a command calls it once. */
  readonly finish: (exitCode: number) => void;
}
