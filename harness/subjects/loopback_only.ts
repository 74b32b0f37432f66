import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How processes are restricted to the loopback network. */
export interface NetworkBounds {
  /** Program and arguments that precede the command of a process. */
  readonly launcher: readonly string[];
  /**
   * The same for a program that is to keep this process's network, as one that is asked what it claims: its processes alone are
   * in a namespace of their own.
   */
  readonly inThisNetwork: readonly string[];
  /** What is enforced, for the report. */
  readonly detail: string;
  /** Whether the processes are in a namespace of their own too, where nobody else can end them by chance. */
  readonly isSealed: boolean;
}

/**
 * In a PID namespace the shell is its first process: it takes over what loses its parent, and what is left when it ends, ends
 * with it, whatever session, group and environment it has moved to.
 */
const OWN_PROCESSES = ["--pid", "--fork", "--kill-child", "--mount-proc"];
/** Namespaces of the network, of mounts and, where that is allowed, of processes; the second as an ordinary user. */
const WAYS: readonly (Omit<NetworkBounds, "launcher"> & { readonly flags: readonly string[] })[] = [
  ["-mn", ...OWN_PROCESSES],
  ["-rmn", ...OWN_PROCESSES],
  ["-mn"],
  ["-rmn"],
].map((flags) => ({
  flags,
  isSealed: flags.includes("--pid"),
  inThisNetwork: flags.includes("--pid") ? ["unshare", ...flags.map(withoutNetwork), "--"] : [],
  detail: flags.includes("--pid")
    ? "loopback alone, in a namespace of its own; so are its processes"
    : "loopback alone, in a namespace of its own; its processes are seen by their environment alone",
}));

/** Without a second address some resolvers, which ask whether there is any but the first, find not even `localhost`. */
const RAISE_LOOPBACK =
  'ip link set lo up && { ip addr add 127.0.0.2/8 dev lo 2>/dev/null || :; } && "$0" "$@"';
const UNBOUND: NetworkBounds = {
  launcher: [],
  inThisNetwork: [],
  detail: "not bound: this system gives no network of its own",
  isSealed: false,
};

/**
 * Finds out how to give a process, and all that it starts, a network that has only loopback: on Linux a namespace of its
 * own, which has its mounts too, and its processes where that is allowed: a subject then sees neither the process that
 * writes the record nor its files, and cannot signal it.
 */
export async function loopbackOnly(): Promise<NetworkBounds> {
  if (process.platform !== "linux") return UNBOUND;
  for (const { flags, ...bounds } of WAYS) {
    const launcher = ["unshare", ...flags, "--", "sh", "-c", RAISE_LOOPBACK];
    const [program = "", ...args] = launcher;
    try {
      await run(program, [...args, "true"]);
      return { launcher, ...bounds };
    } catch {
      // The next way may be allowed.
    }
  }
  return UNBOUND;
}

function withoutNetwork(flag: string): string {
  return /^-r?mn$/.test(flag) ? flag.replace("n", "") : flag;
}
