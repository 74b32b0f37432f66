import type { Environment, Mend } from "../../spec/mod.ts";
import { hubCacheRoot } from "../layout/hub_cache.ts";

/** Where a command would be typed. */
export interface MendCommandOptions {
  /** The root of this run. */
  readonly root: string;
  /** The root of a run without `--root`. */
  readonly defaultRoot: string;
  readonly env: Environment;
}

/** Stands for a repository that nothing names: the one word that the user must know. */
export const REPOSITORY_PLACEHOLDER = "ORG/NAME";

/**
 * The command line that does a step, as it can be typed into a shell: `DOCTOR-MEND`.
 *
 * @returns for example `mlx-layout download org/name --layout hf-cache`
 */
export function mendCommand(mend: Mend, options: MendCommandOptions): string {
  switch (mend.operation) {
    case "download":
      return downloadCommand(mend, options);
    case "migrate": {
      const { repository, from, layout } = mend;
      const named =
        repository === undefined
          ? ["migrate", from, "--as", REPOSITORY_PLACEHOLDER]
          : ["migrate", repository, "--from", from];
      return line([...named, ...(layout === undefined ? [] : ["--layout", layout])], options);
    }
    case "tidy":
      return line(["doctor", mend.directory, "--fix"], options);
    case "discard":
      return words(["rm", ...mend.paths]);
    case "remove":
      return line(["remove", mend.directory], options);
    case "share": {
      const { repository, from, into, layout } = mend;
      const words = ["--from", from, "--with", into, "--layout", layout];
      return line(["share", repository, ...words], options);
    }
    case "run": {
      const [program, option, script = ""] = mend.words;
      return program === "sh" && option === "-c" ? script : words(mend.words);
    }
  }
}

/** The hub's cache has a root of its own, which a variable names before any option does. */
function downloadCommand(
  { repository, layout, root, verify }: Extract<Mend, { readonly operation: "download" }>,
  options: MendCommandOptions,
): string {
  const named = [
    "download",
    repository,
    ...(layout === undefined ? [] : ["--layout", layout]),
    ...(verify === true ? ["--verify"] : []),
  ];
  if (layout !== "hf-cache" || root === undefined)
    return line(named, root === undefined ? options : { ...options, root });
  const { env } = options;
  if (hubCacheRoot({ root: options.root, env }) === root) return line(named, options);
  const isChosen = hubCacheRoot({ root, env }) === root;
  return isChosen
    ? line(named, { ...options, root })
    : `${words([`HF_HUB_CACHE=${root}`])} ${line(named, options)}`;
}

function line(args: readonly string[], { root, defaultRoot }: MendCommandOptions): string {
  return words(["mlx-layout", ...args, ...(root === defaultRoot ? [] : ["--root", root])]);
}

/** Words for a POSIX shell; what has other characters than names and paths have is quoted. */
function words(list: readonly string[]): string {
  return list
    .map((word) => {
      const [, name = "", value = word] = /^([A-Z_]+=)(.*)$/s.exec(word) ?? [];
      const isPlain = /^[\w@%+=:,./-]+$/.test(value);
      return isPlain ? word : `${name}'${value.replaceAll("'", String.raw`'\''`)}'`;
    })
    .join(" ");
}
