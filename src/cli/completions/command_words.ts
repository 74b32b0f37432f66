import type { Command } from "commander";

/** One option of a command, as it is completed. */
export interface OptionWords {
  /** `-h`, `--help`, or both. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What its value is; undefined for a switch. */
  readonly value: ValueWords | undefined;
}

/** What may stand behind an option: words to choose from, a directory, a file, or anything. */
export type ValueWords = readonly string[] | "directory" | "file" | "anything";

/** A command, as it is completed. */
export interface CommandWords {
  /** Names from the program on, without the program's: `""`, `"bench"`, `"bench inference"`. */
  readonly path: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** The names of the commands below it. */
  readonly commands: readonly string[];
  /** What its argument is, where it takes one. */
  readonly argument: ValueWords | undefined;
}

/** The words of a program and of every command below it, from its own definition. */
export function commandWords(program: Command): readonly CommandWords[] {
  return wordsOf(program, "");
}

function wordsOf(command: Command, path: string): readonly CommandWords[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((one) => one.name() !== "help");
  const options = help.visibleOptions(command).map((option) => ({
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value:
      option.required || option.optional ? valueWords(option.argChoices, option.flags) : undefined,
  }));
  const [argument] = command.registeredArguments;
  const own: CommandWords = {
    path,
    description: command.description(),
    options,
    commands: below.map((one) => one.name()),
    argument:
      argument &&
      valueWords(
        argument.argChoices,
        /directory/.test(argument.description) ? "directory" : argument.name(),
      ),
  };
  return [own, ...below.flatMap((one) => wordsOf(one, `${path} ${one.name()}`.trim()))];
}

function valueWords(choices: readonly string[] | undefined, name: string): ValueWords {
  if (choices !== undefined) return choices;
  if (/\bdir(?:ectory)?\b/i.test(name)) return "directory";
  return /\b(?:file|path|records?)\b/i.test(name) ? "file" : "anything";
}
