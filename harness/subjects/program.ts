import type { Subject } from "../../spec/mod.ts";
import { HarnessError } from "../errors.ts";
import type { SubjectHello, SubjectLimits } from "./message.ts";

/** A program that speaks the subject protocol. */
export interface SubjectProgram {
  /** Program and arguments; no shell is involved. */
  readonly command: readonly string[];
  /** Added to the clean environment that every subject gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limits: SubjectLimits;
  /** What it does not do even without a fault. */
  readonly limitations?: ProgramLimitations;
}

/** A subject that is a program. */
export interface ProgramSubject extends Subject {
  readonly program: SubjectProgram;
  /** Its `hello`. */
  readonly claims: SubjectHello;
}

/** The most characters that are shown of what a program is called. */
const NAME_LENGTH_MAX = 100;

/** Makes a subject of a program and its `hello`. Its name and version are one line each: a longer text could look like a verdict. */
export function programSubject(program: SubjectProgram, claims: SubjectHello): ProgramSubject {
  return {
    name: oneLine(claims.name),
    version: oneLine(claims.version),
    program,
    claims,
    start() {
      throw new HarnessError(
        `Cannot start ${claims.name} within this process: it is a program, and runs only in world "process"`,
      );
    },
  };
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, NAME_LENGTH_MAX);
}

/** Whether a subject is a program. */
export function isProgram(subject: Subject): subject is ProgramSubject {
  return "program" in subject && "claims" in subject;
}

/** What a program does not do even without a fault. */
export interface ProgramLimitations {
  /** It downloads no repository that has an empty file. */
  readonly emptyFiles: boolean;
  /** Why not even a plain download succeeds where the cases are played, though it does elsewhere on this machine. */
  readonly sandbox?: string;
}
