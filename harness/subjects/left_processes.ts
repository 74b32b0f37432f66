import { readdir, readFile } from "node:fs/promises";

/** The variable by which a subject's processes are known, whatever group or session they have moved to. */
export const FAMILY_VARIABLE = "MLX_LAYOUT_SUBJECT_FAMILY";

/**
 * Numbers of the processes that were started with this family's mark and still live.
 *
 * Only Linux shows the environment of other processes; elsewhere there are none to see.
 */
export async function leftProcesses(family: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const mark = `${FAMILY_VARIABLE}=${family}`;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        const environment = await readFile(`/proc/${pid}/environ`, "utf8");
        return environment.split("\0").includes(mark) && !(await isZombie(pid));
      } catch {
        // It ended meanwhile, or is another user's.
        return false;
      }
    }),
  );
  return pids.filter((_, at) => found[at]).map(Number);
}

async function isZombie(pid: string): Promise<boolean> {
  return stateOf(await readFile(`/proc/${pid}/stat`, "utf8")) === "Z";
}

/** The state letter in a line of `/proc/<pid>/stat`; the name before it may hold anything. */
export function stateOf(stat: string): string {
  return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
}
