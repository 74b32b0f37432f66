import type { CommandWords, ValueWords } from "./command_words.ts";
import { functionName, quoted } from "./shell_words.ts";

/** The completions of a program for bash 3.2 and later. */
export function bashCompletions(name: string, commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    ${flags.map((flag) => quoted(`${path} ${flag}`)).join("|")}) ${action(value)} ;;`],
    ),
  );
  const words = commands.map(({ path, options, commands: below, argument }) => {
    const own = [...below, ...options.flatMap(({ flags }) => flags)].join(" ");
    const more = argument === undefined ? "" : `; [[ $current == -* ]] || { ${action(argument)}; }`;
    return `    ${quoted(path)}) words=${quoted(own)}${more} ;;`;
  });
  const known = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  return `# Completions of ${name} for bash: source <(${name} completions bash)
${functionName(name)}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at= word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
      ${known.join("|")}) at="\${at:+$at }$word" ;;
    esac
  done
  COMPREPLY=()
  case "$at $previous" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -F ${functionName(name)} ${name}
`;
}

function action(value: ValueWords): string {
  const add = (generated: string) => `COMPREPLY=($(compgen ${generated} -- "$current"))`;
  if (value === "anything") return "return";
  const isEnd =
    typeof value !== "string" ? "; return" : "; compopt -o filenames 2>/dev/null; return";
  if (value === "directory") return add("-d") + isEnd;
  if (value === "file") return add("-f") + isEnd;
  return add(`-W ${quoted(value.join(" "))}`) + isEnd;
}
