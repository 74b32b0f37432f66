import { errnoOf } from "../disk/disk_error.ts";
import { ModelError } from "../errors.ts";

/** Why the system does not let a program listen, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken; choose another one with --port",
  EADDRNOTAVAIL: "this machine does not have that address; choose another one with --host",
  ENOTFOUND: "nobody has that name; give an address of this machine with --host",
  EACCES: "this user may not use that port; choose one above 1023 with --port",
};

/** The error for an address and a port on which the system does not let a program listen; any other error as it is. */
export function listenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const why = REASONS[errno] ?? `the system refuses it (${errno}); choose another one with --host`;
  return new ModelError("invalid-argument", `Cannot listen on ${host} port ${port}: ${why}`, {
    cause: error,
  });
}
