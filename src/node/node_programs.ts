import { type ChildProcess as NodeChild, spawn as nodeSpawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { ChildProcess, ProcessEnd, ProgramStarter } from "../../spec/mod.ts";

/**
 * Starts programs on this machine, each as the leader of a process group of its own, so that all that it starts can
 * be ended with it.
 */
export function nodePrograms(): ProgramStarter {
  return {
    platform: process.platform,
    processor: process.arch,
    node: [process.execPath, ...process.execArgv],
    spawn: async ([file = "", ...args], { env }) => {
      const child = nodeSpawn(file, args, {
        env: { ...env },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
        windowsHide: true,
      });
      // A broken pipe is reported by the write that it concerns.
      child.stdin.on("error", () => {});
      await once(child, "spawn");
      return wrapChild(child);
    },
  };
}

function wrapChild(child: NodeChild): ChildProcess {
  const { pid, stdin, stdout, stderr } = child;
  if (pid === undefined || stdin === null || stdout === null || stderr === null) {
    throw new TypeError("Cannot use a program without pipes");
  }
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("exit", (exitCode, signal) => {
      // What it started must not outlive it, nor hold its pipes open.
      killGroup(pid);
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
    });
  });
  return {
    pid,
    stdout,
    stderr,
    ended,
    write: (text) =>
      new Promise((resolve, reject) => {
        stdin.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    endInput: () => stdin.end(),
    kill: () => {
      // After its end the number of its group may be another's.
      if (child.exitCode === null && child.signalCode === null) killGroup(pid, child);
    },
    memoryBytes: () => groupMemory(pid),
  };
}

function killGroup(pid: number, child?: NodeChild): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left, or there are no groups here: then the program itself must do.
    child?.kill("SIGKILL");
  }
}

/** Bytes that a group of processes holds in memory, where Linux's `/proc` tells. */
async function groupMemory(group: number): Promise<number | undefined> {
  if (process.platform !== "linux") return await groupMemoryOfPs(group);
  let sumBytes = 0;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- a few small reads
      const stat = await readFile(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[2]) !== group) continue;
      // oxlint-disable-next-line no-await-in-loop -- a few small reads
      const status = await readFile(`/proc/${name}/status`, "utf8");
      sumBytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      // It has ended meanwhile.
    }
  }
  return sumBytes;
}

async function groupMemoryOfPs(group: number): Promise<number | undefined> {
  const ps = nodeSpawn("ps", ["-A", "-o", "pgid=,rss="], { stdio: ["ignore", "pipe", "ignore"] });
  const failed = once(ps, "error").then(() => undefined);
  const chunks: Buffer[] = [];
  ps.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const text = await Promise.race([
    once(ps, "close").then(() => Buffer.concat(chunks).toString()),
    failed,
  ]);
  return text
    ?.split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([pgid]) => pgid === group)
    .reduce((sum, [, kilobytes = 0]) => sum + kilobytes * 1024, 0);
}
