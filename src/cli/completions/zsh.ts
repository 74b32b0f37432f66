import type { CommandWords, ValueWords } from "./command_words.ts";
import { functionName, quoted } from "./shell_words.ts";

/** The completions of a program for zsh 5: as a file `_NAME` in `fpath`, or sourced. */
export function zshCompletions(name: string, commands: readonly CommandWords[]): string {
  const descriptions = new Map(commands.map(({ path, description }) => [path, description]));
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [
            `    (${flags.map((flag) => quoted(`${path} ${flag}`)).join("|")}) ${action(value)}; return ;;`,
          ],
    ),
  );
  const words = commands.map(({ path, options, commands: below, argument }) => {
    const own = [
      ...below.map((one) => [one, descriptions.get(`${path} ${one}`.trim()) ?? ""] as const),
      ...options.flatMap(({ flags, description }) =>
        flags.map((flag) => [flag, description] as const),
      ),
    ].map(([word, text]) => quoted(`${word.replaceAll(":", "\\:")}:${text}`));
    const more =
      argument === undefined ? "" : `[[ $PREFIX == -* ]] || { ${action(argument)}; return }`;
    return `    (${quoted(path)}) found=(${own.join(" ")}); ${more} ;;`.replace(/;\s+;;$/, ";;");
  });
  const known = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  const own = functionName(name);
  return `#compdef ${name}
# Completions of ${name} for zsh: source <(${name} completions zsh)
${own}() {
  local at= word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      (${known.join("|")}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  _describe ${quoted(name)} found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then ${own} "$@"; else compdef ${own} ${name}; fi
`;
}

function action(value: ValueWords): string {
  if (value === "anything") return "_message value";
  if (value === "directory") return "_files -/";
  if (value === "file") return "_files";
  return `compadd -- ${value.map(quoted).join(" ")}`;
}
