import type { Subject } from "../../spec/mod.ts";
import { HarnessError } from "../errors.ts";
import type { SubjectHello, SubjectLimits } from "./message.ts";

/** A program that speaks the subject protocol. */
export interface SubjectProgram {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  /** Beside the clean environment that every subject gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limits: SubjectLimits;
  /** What it was found not to do even where nothing goes wrong. */
  readonly limitations?: ProgramLimitations;
}

/** A subject that runs in processes of its own. */
export interface ProgramSubject extends Subject {
  readonly program: SubjectProgram;
  /** What it said of itself. */
  readonly claims: SubjectHello;
}

/** A subject out of a program and what it said of itself. */
export function programSubject(program: SubjectProgram, claims: SubjectHello): ProgramSubject {
  return {
    name: claims.name,
    version: claims.version,
    program,
    claims,
    start() {
      throw new HarnessError(
        `Cannot start ${claims.name} within this process: it is a program, and runs in world "process" alone`,
      );
    },
  };
}

/** Whether a subject is a program. */
export function isProgram(subject: Subject): subject is ProgramSubject {
  return "program" in subject && "claims" in subject;
}

/** What a program does not do even where nothing goes wrong. */
export interface ProgramLimitations {
  /** It downloads no repository that has a file of no bytes. */
  readonly emptyFiles: boolean;
  /** Why not even a plain download succeeds where the cases are played, though it does elsewhere on this machine. */
  readonly sandbox?: string;
}
