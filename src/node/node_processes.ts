import { createHash, randomUUID } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import type { ProcessTable } from "../../spec/mod.ts";

/** One for the whole process, also where it is random. */
let ownTable: string | undefined;

/**
 * The processes that this one can see.
 *
 * On Linux the table is one boot and one PID namespace; on macOS one boot. Elsewhere nothing names a boot, so each
 * process has a table of its own, and only silence shows that another one is gone.
 */
export function nodeProcesses(): ProcessTable {
  return {
    get machine() {
      return (ownTable ??= hashed(tableIdentity()));
    },
    pid: process.pid,
    get started() {
      return statOf(process.pid)?.started ?? "";
    },
    isAlive,
  };
}

function isAlive(pid: number, started = ""): boolean {
  // Zero and negative numbers name groups of processes, not one.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It exists, but belongs to somebody else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const stat = statOf(pid);
  if (stat === undefined) return true;
  // A zombie has closed its files: it only waits for its parent.
  return !["Z", "X"].includes(stat.state) && (started === "" || stat.started === started);
}

/** Short, and nothing that identifies the machine to others. */
function hashed(identity: string): string {
  return createHash("sha256").update(identity).digest("hex").slice(0, 16);
}

function tableIdentity(): string {
  try {
    if (process.platform === "linux") {
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
    }
    if (process.platform === "darwin") {
      const boot = execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"]);
      return boot.toString("utf8").trim() || randomUUID();
    }
  } catch {
    // What cannot be named is not shared with anyone.
  }
  return randomUUID();
}

/** State and start (in ticks since the boot) of a process, where `/proc` shows this process's own table. */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    // A process in a new namespace may still see the `/proc` of the old one, with other numbers.
    if (readlinkSync("/proc/self") !== String(process.pid)) return undefined;
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    // Gone since, or hidden from this user: the number alone is known then.
    return undefined;
  }
}
