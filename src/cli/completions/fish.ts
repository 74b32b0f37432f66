import type { CommandWords, OptionWords, ValueWords } from "./command_words.ts";

/** The completions of a program for fish 3. */
export function fishCompletions(name: string, commands: readonly CommandWords[]): string {
  const descriptions = new Map(commands.map(({ path, description }) => [path, description]));
  const lines = commands.flatMap(({ path, options, commands: below, argument }) => {
    const at = `complete -c ${name} -n ${word(condition(path, below))}`;
    return [
      ...below.map(
        (one) =>
          `${at} -a ${word(one)} -d ${word(descriptions.get(`${path} ${one}`.trim()) ?? "")}`,
      ),
      ...options.map((option) => `${at}${flagWords(option)} -d ${word(option.description)}`),
      ...(argument === undefined || argument === "anything"
        ? []
        : [`${at}${valueFlags(argument)}`]),
    ];
  });
  return `# Completions of ${name} for fish: ${name} completions fish | source
complete -c ${name} -f
${lines.join("\n")}
`;
}

/** Holds where the names of a path were typed, and none of the commands below it. */
function condition(path: string, below: readonly string[]): string {
  const typed = path.split(" ").filter((one) => one !== "");
  return [
    ...typed.map((one) => `__fish_seen_subcommand_from ${one}`),
    ...(below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(" ")}`]),
  ].join("; and ");
}

function flagWords({ flags, value }: OptionWords): string {
  const names = flags.map((flag) =>
    flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  return names.join("") + (value === undefined ? "" : valueFlags(value, " -r"));
}

function valueFlags(value: ValueWords, required = ""): string {
  if (value === "anything") return required && " -x";
  if (value === "directory") return `${required} -a "(__fish_complete_directories)"`;
  if (value === "file") return `${required} -F`;
  return `${required && " -x"} -a ${word(value.join(" "))}`;
}

/** A word in single quotes, as fish reads it. */
function word(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
