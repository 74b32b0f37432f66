import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How processes are restricted to the loopback network. */
export interface NetworkBounds {
  /** Program and arguments that precede the command of a process. */
  readonly launcher: readonly string[];
  /** What is enforced, for the report. */
  readonly detail: string;
}

/** Without a second address some resolvers, which ask whether there is any but the first, find not even `localhost`. */
const RAISE_LOOPBACK =
  'ip link set lo up && { ip addr add 127.0.0.2/8 dev lo 2>/dev/null || :; } && exec "$0" "$@"';
const UNBOUND: NetworkBounds = {
  launcher: [],
  detail: "not bound: this system gives no network of its own",
};

/**
 * Finds out how to give a process, and all that it starts, a network that has only loopback: on Linux a namespace of its
 * own, which has its mounts too.
 */
export async function loopbackOnly(): Promise<NetworkBounds> {
  if (process.platform !== "linux") return UNBOUND;
  for (const flags of [["-mn"], ["-rmn"]]) {
    const launcher = ["unshare", ...flags, "--", "sh", "-c", RAISE_LOOPBACK];
    const [program = "", ...args] = launcher;
    try {
      await run(program, [...args, "true"]);
      return { launcher, detail: "loopback alone, in a namespace of its own" };
    } catch {
      // The next way may be allowed.
    }
  }
  return UNBOUND;
}
