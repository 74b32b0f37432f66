import type { ProcessTable, Random } from "../../spec/mod.ts";

/** What a claim says by its name, so that a claim is there whole or not at all. */
export interface ClaimName {
  readonly machine: string;
  readonly pid: number;
  readonly started: string;
  readonly purpose: string;
  /** Random, and never used twice: it names the claim's own directory as well. */
  readonly token: string;
}

/** Names a new claim of this process. */
export function newClaim(
  host: { readonly processes: ProcessTable; readonly random: Random },
  purpose: string,
): ClaimName {
  const { machine, pid, started } = host.processes;
  return { machine, pid, started, purpose, token: claimToken(host.random) };
}

/** Draws a token, 16 hexadecimal digits. */
export function claimToken(random: Random): string {
  const part = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return part() + part();
}

/** The file name of a claim. */
export function formatClaim({ machine, pid, started, purpose, token }: ClaimName): string {
  return `${[machine, String(pid), started, purpose].map(encoded).join(".")}.${token}.claim`;
}

/** What a file name says; undefined where it is not that of a claim of this form. */
export function parseClaim(name: string): ClaimName | undefined {
  const match = /^([^.]+)\.(\d+)\.([^.]*)\.([^.]*)\.([0-9a-f]{16})\.claim$/.exec(name);
  if (match === null) return undefined;
  const [, machine = "", pid, started = "", purpose = "", token = ""] = match;
  // What is compared was encoded in the same way, so nothing is decoded.
  return { machine, pid: Number(pid), started, purpose, token };
}

/** Whether a file name is that of a claim of this or of an earlier version. */
export function isClaim(name: string): boolean {
  return parseClaim(name) !== undefined || /\.\d+\.[0-9a-f]{16}\.tmp$/.test(name);
}

/** Whether a claim was made by a process in this process's own table. */
export function isInTable({ machine }: ClaimName, processes: ProcessTable): boolean {
  return machine === encoded(processes.machine);
}

function encoded(part: string): string {
  return encodeURIComponent(part).replaceAll(".", "%2E");
}
