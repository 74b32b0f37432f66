import type { CommandRequest, CommandResult, ModelManager } from "../../spec/mod.ts";
import { type Miniature, miniature } from "./miniature.ts";

/** Miniatures whose command line ends or prints wrongly. */
export const commandMiniatures: readonly Miniature[] = [
  commanding("ends_as_if_done", {
    mistake: "Prints the error of a failed download and ends with 0.",
    breaks: ["CMD-EXIT"],
    change: ({ operation }, result) =>
      operation === "download" && result.exitCode === 1 ? { ...result, exitCode: 0 } : result,
  }),
  commanding("answers_with_one_code", {
    mistake: "Ends with 1 whether it was used wrongly or failed.",
    breaks: ["CMD-EXIT"],
    change: (_, result) => (result.exitCode === 2 ? { ...result, exitCode: 1 } : result),
  }),
  commanding("ends_an_interruption_as_a_failure", {
    mistake: "Ends with 1 when it is interrupted.",
    breaks: ["CMD-EXIT"],
    change: (_, result) => (result.exitCode === 130 ? { ...result, exitCode: 1 } : result),
  }),
  commanding("says_yes_of_a_damaged_model", {
    mistake: "Status prints what is wrong and ends with 0.",
    breaks: ["CMD-EXIT"],
    change: ({ operation }, result) =>
      operation === "status" && result.exitCode === 1 ? { ...result, exitCode: 0 } : result,
  }),
  commanding("says_yes_of_what_nobody_knows", {
    mistake: "Verify prints that nothing is known of a model and ends with 0.",
    breaks: ["CMD-EXIT"],
    shownBy: ["command_line/unvouched"],
    change: ({ operation }, result) =>
      operation === "verify" && result.exitCode === 1 && result.stdout.includes("unknown")
        ? { ...result, exitCode: 0 }
        : result,
  }),
  commanding("says_goodbye", {
    mistake: "Prints another line behind the directory.",
    breaks: ["CMD-ANSWER"],
    change: ({ json }, result) =>
      json === true || result.exitCode !== 0
        ? result
        : { ...result, stdout: `${result.stdout}Done!\n` },
  }),
  commanding("fails_on_its_output", {
    mistake: "Prints the error of a download on standard output.",
    breaks: ["CMD-ANSWER"],
    change: ({ json, operation }, result) =>
      json === true || operation !== "download" || result.exitCode !== 1
        ? result
        : { ...result, stdout: result.stderr },
  }),
  commanding("talks_before_its_json", {
    mistake: "Prints a line of text before the JSON.",
    breaks: ["CMD-JSON"],
    change: ({ json }, result) =>
      json === true && result.exitCode !== 2
        ? { ...result, stdout: `Working…\n${result.stdout}` }
        : result,
  }),
  commanding("says_that_it_was_stopped", {
    mistake: "Prints a line of text when it is interrupted, whatever output was asked for.",
    breaks: ["CMD-JSON"],
    change: ({ json }, result) =>
      json === true && result.exitCode === 130
        ? { ...result, stdout: `${result.stdout}Stopped\n` }
        : result,
  }),
  commanding("fails_without_a_code", {
    mistake: "Prints no JSON when a download fails.",
    breaks: ["CMD-JSON"],
    change: ({ json, operation }, result) =>
      json === true && operation === "download" && result.exitCode === 1
        ? { ...result, stdout: "" }
        : result,
  }),
  commanding("repeats_its_arguments", {
    mistake: "Quotes the whole command line when it fails.",
    breaks: ["CMD-SECRET"],
    change: ({ token, endpoint }, result) =>
      result.exitCode === 0
        ? result
        : { ...result, stderr: `${result.stderr}Called with ${token ?? ""} ${endpoint ?? ""}\n` },
  }),
  commanding("quotes_what_is_no_address", {
    mistake: "Leaves the password out of an address, and quotes what is none as it was given.",
    breaks: ["CMD-SECRET"],
    shownBy: ["command_line/secrets"],
    change: ({ endpoint }, result) =>
      endpoint === undefined || URL.canParse(endpoint)
        ? result
        : { ...result, stderr: `${result.stderr}Not an address: ${endpoint}\n` },
  }),
  commanding("shows_wide_progress", {
    mistake: "Fills the progress line with blanks beyond the terminal.",
    breaks: ["CMD-TERMINAL"],
    change: ({ columns }, result) =>
      columns === undefined
        ? result
        : { ...result, stderr: result.stderr.replaceAll("\u001b[K", " ".repeat(columns)) },
  }),
  commanding("paints_a_log", {
    mistake: "Paints its messages where there is no terminal.",
    breaks: ["CMD-TERMINAL"],
    change: ({ columns }, result) =>
      columns === undefined && result.stderr !== ""
        ? { ...result, stderr: `\u001b[31m${result.stderr}\u001b[0m` }
        : result,
  }),
  commanding("lets_a_name_command", {
    mistake: "Takes only the characters below the blank for controls, and prints others of a name.",
    breaks: ["CMD-TERMINAL"],
    change: ({ columns }, result) =>
      columns === undefined
        ? {
            ...result,
            stdout: result.stdout.replaceAll(LATE_CONTROL, "\u009b"),
            stderr: result.stderr.replaceAll(LATE_CONTROL, "\u009b"),
          }
        : result,
  }),
  commanding("repeats_what_a_model_says", {
    mistake: "Prints what the files of a checked model say as it stands.",
    breaks: ["CMD-TERMINAL"],
    shownBy: ["command_line/terminal"],
    change: ({ operation, json }, result) =>
      operation === "check" && json !== true
        ? {
            ...result,
            stdout: result.stdout.replaceAll(/\\u\{([0-9a-f]+)\}/g, (_, code: string) =>
              String.fromCodePoint(Number.parseInt(code, 16)),
            ),
          }
        : result,
  }),
];

/** One of the later control characters, as the reference writes it. */
const LATE_CONTROL = /\\u(?:\{9b\}|009b)/g;

function commanding(
  name: string,
  options: Pick<Parameters<typeof miniature>[1], "mistake" | "breaks" | "shownBy"> & {
    readonly change: (request: CommandRequest, result: CommandResult) => CommandResult;
  },
): Miniature {
  const { change, ...about } = options;
  return miniature(name, {
    ...about,
    wrapManager: (manager: ModelManager) => ({
      ...(manager.command && {
        command: async (request, waiting) => {
          const result = await manager.command?.(request, waiting);
          return change(request, result ?? { exitCode: 0, stdout: "", stderr: "" });
        },
      }),
    }),
  });
}
