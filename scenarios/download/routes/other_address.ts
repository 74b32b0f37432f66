/**
 * An address of a file that has the name of one that is there, and which may lead to another host.
 *
 * @module
 */

import { basename, join } from "node:path";
import { exists, readBytes, settled } from "../../../harness/internal.ts";
import type { RunningSubject, Verdict, World } from "../../../harness/mod.ts";

const USER = "user:passwordOfTheServer";

/** What is asked of another address. */
interface Other {
  readonly subject: RunningSubject;
  readonly name: string;
  readonly way: {
    readonly leads: "plain" | "with a password" | undefined;
    readonly token: string | undefined;
  };
  readonly second: Uint8Array;
  readonly verdict: Verdict;
}

/** Another address whose file has the same name is another file. */
export async function judgeOther(
  world: World,
  context: Other & {
    readonly directory: string;
    readonly place: string;
    readonly bytes: Uint8Array;
  },
): Promise<void> {
  const { directory, place, bytes, second, verdict } = context;
  const result = await downloadOther(world, context);
  if (result === undefined) return;
  const isOwn = result.directory !== directory;
  verdict.holds("DL-OTHER-WAY", isOwn, `two addresses have the directory ${basename(directory)}`);
  const names = [
    [place, bytes],
    [join(result.directory, basename(place)), second],
  ] as const;
  for (const [path, expected] of names) {
    const isThere = await exists(world.files, path);
    const found = isThere ? await readBytes(world.files, path) : undefined;
    const isRight = found !== undefined && Buffer.from(found).equals(expected);
    verdict.holds("DL-OTHER-WAY", isRight, `${basename(path)} of one address is that of another`);
  }
}

/** Downloads the other file, whose server may lead to a host that is told nothing of who asks. @returns undefined where it may fail */
async function downloadOther(
  { hub }: World,
  { subject, name, way, second, verdict }: Other,
): Promise<{ readonly directory: string } | undefined> {
  const { leads, token } = way;
  const plain = hub.serveUrl(`/elsewhere/${name}`, second);
  if (leads === undefined)
    return verdict.attempt("DL-OTHER-WAY", () => subject.downloadUrl({ url: plain }));
  const to = hub.serveUrl(`/signed/${name}`, second, { on: "cdn" });
  const match = { kind: "url", path: "/elsewhere/*", nth: "all" } as const;
  hub.faults = [{ match, do: { type: "redirect", to } }];
  const hasPassword = leads === "with a password";
  const url = hasPassword ? plain.replace("://", `://${USER}@`) : plain;
  const from = hub.log.length;
  const download = () => subject.downloadUrl({ url, ...(token !== undefined && { token }) });
  // Not every client takes a password in an address.
  const result = hasPassword
    ? await settled(download)
    : await verdict.attempt("DL-OTHER-WAY", download);
  for (const { path, authorization } of hub.log.slice(from)) {
    if (!path.startsWith("/signed/")) continue;
    verdict.holds("HUB-TOKEN-HOST", authorization === undefined, "an authorization was led away");
    verdict.reached("a server led away");
  }
  return result;
}
