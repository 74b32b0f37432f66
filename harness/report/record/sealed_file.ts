import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";

/**
 * A file that is written line by line during a run, and is what was written when it is closed, whatever a subject did to it
 * meanwhile.
 */
export class SealedFile {
  readonly #path: string;
  readonly #file: number;
  readonly #texts: string[] = [];

  /** @throws the system's error when it cannot be written */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#file = openSync(path, "w", 0o600);
  }

  /** Written at once: what a killed run had written until then is not lost. */
  write(text: string): void {
    this.#texts.push(text);
    writeSync(this.#file, text);
  }

  /** @returns whether somebody else had changed, replaced or removed it; then it is written anew in its place */
  close(): boolean {
    closeSync(this.#file);
    const whole = this.#texts.join("");
    if (contentOf(this.#path) === whole) return false;
    const fresh = `${this.#path}.${randomUUID()}`;
    const file = openSync(fresh, "wx", 0o600);
    writeSync(file, whole);
    closeSync(file);
    renameSync(fresh, this.#path);
    return true;
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone, or something else stands there.
    return undefined;
  }
}
