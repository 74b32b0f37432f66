/** What became of an installation. */
export interface Installation {
  readonly outcome: "installed" | "present" | "not needed" | "failed";
  /** In a few words; the reason where it failed. */
  readonly detail: string;
}

/** What a program that failed, or could not be started, leaves behind. */
interface InstallError {
  readonly stderr?: string;
  readonly message: string;
  readonly code?: string | number;
  readonly path?: string;
}

/** Why an installation failed: the last line that the installing program wrote, or that there is no such program. */
export function installFailure(error: unknown): string {
  const { stderr = "", message, code, path } = error as InstallError;
  if (code === "ENOENT" && path !== undefined) return `${path} is not on this machine`;
  return (stderr.trim() === "" ? message : stderr).trim().split("\n").at(-1) ?? "";
}
