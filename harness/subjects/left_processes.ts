import { readdir, readFile } from "node:fs/promises";

/** The variable that identifies a subject's processes, whatever group or session they have moved to. */
export const FAMILY_VARIABLE = "MLX_LAYOUT_SUBJECT_FAMILY";

/**
 * Finds the processes of this family that still live.
 *
 * Only Linux shows the environment of other processes; elsewhere the result is empty.
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
