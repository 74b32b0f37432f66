import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";
import type { PublicSource } from "../known_subjects.ts";

const run = promisify(execFile);

/**
 * Checks out part of a public repository at a commit. Nothing else of it is fetched.
 *
 * @param directory a new directory
 * @throws {Error} when there is no git, or the repository does not give the commit
 */
export async function checkOut(
  directory: string,
  source: Pick<PublicSource, "repository" | "commit" | "paths">,
): Promise<void> {
  const { repository, commit, paths } = source;
  await mkdir(directory, { recursive: true });
  const git = (...args: string[]) => run("git", ["-C", directory, ...args]);
  await git("init", "--quiet");
  await git("remote", "add", "origin", repository);
  await git("sparse-checkout", "set", "--no-cone", ...paths);
  await git("fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", commit);
  await git("-c", "advice.detachedHead=false", "checkout", "--quiet", commit);
}
