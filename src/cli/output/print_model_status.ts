import type { Comparison, ModelStatus } from "../../../spec/mod.ts";
import { type CommandContext } from "../command_context.ts";
import { painted, type Style } from "../text_output.ts";
import { formatBytes, printable } from "./format.ts";
import { table } from "./table.ts";
import { mendLine, mendOf } from "./print_mend.ts";
import { printJson } from "./print_json.ts";

/** How each state is painted. */
export const STATE_STYLES = {
  complete: "green",
  incomplete: "red",
  unknown: "yellow",
} as const satisfies Record<ModelStatus["state"], Style>;

/** What {@linkcode printModelStatus} needs beside the status. */
export interface PrintModelStatusOptions {
  readonly repository: string;
  readonly json: boolean;
  readonly context: CommandContext;
  /** The one command that mends it, from {@linkcode mendOfStatus}. */
  readonly command: string | undefined;
}

/** The command that `doctor` names for a model that is incomplete: for one that is elsewhere, the move to its place. */
export async function mendOfStatus(
  status: Extract<ModelStatus, { readonly state: "incomplete" }>,
  repository: string,
  context: CommandContext,
): Promise<string> {
  const { notDownloaded, directory } = status;
  const model = notDownloaded === true ? { repository } : { repository, directory };
  return (await mendOf(model, context)) ?? `mlx-layout download ${repository}`;
}

/** Prints one of the three states, with what is wrong or why nothing is known: `STATUS-ANSWERS`. */
export function printModelStatus(status: ModelStatus, options: PrintModelStatusOptions): void {
  const { repository, json, context, command } = options;
  const { stdout, stderr } = context;
  if (json) {
    printJson(stdout, "status", { repository, ...status, ...(command && { command }) });
    return;
  }
  const state = painted(stdout, STATE_STYLES[status.state], status.state);
  switch (status.state) {
    case "complete": {
      const at = status.commit === "" ? "" : ` at commit ${printable(status.commit)}`;
      stdout.write(`${repository}: ${state}${at}\n`);
      break;
    }
    case "incomplete":
      if (status.notDownloaded === true) {
        stdout.write(`${repository}: ${painted(stdout, "yellow", "not downloaded")}\n`);
        stderr.write(mendLine(command, "download it"));
      } else {
        const { length } = status.faults;
        stdout.write(
          `${repository}: ${state}, ${length} ${length === 1 ? "file is" : "files are"} wrong\n`,
        );
        printFaults(status.faults, context);
        stderr.write(mendLine(command, "fetch only what is wrong"));
      }
      break;
    case "unknown":
      stdout.write(`${repository}: ${state}: ${printable(status.why)}\n`);
  }
  if (status.state !== "unknown" && status.compared !== undefined)
    stdout.write(`${comparisonText(status.compared)}\n`);
  stdout.write(`${status.directory}\n`);
}

function printFaults(
  faults: Extract<ModelStatus, { readonly state: "incomplete" }>["faults"],
  { stdout }: CommandContext,
): void {
  const rows = faults.map(({ fault, path, detail }) => [
    `  ${fault}`,
    `${printable(path)}: ${printable(detail)}`,
  ]);
  stdout.write(table(rows));
}

/** What was read and how it was compared, in a sentence without a full stop. */
function comparisonText(compared: Comparison): string {
  const { files, bytes, filesHashed, bytesHashed } = compared;
  const all = `${counted(files)}, ${formatBytes(bytes)}`;
  if (filesHashed === files)
    return `Read ${all}: every byte was hashed and compared with the recorded hash`;
  const others = "sizes and times were compared with those of the last verification";
  if (filesHashed === 0) return `Looked at ${all}: ${others}; no content was read`;
  return `Read ${counted(filesHashed)}, ${formatBytes(bytesHashed)}, and compared the hashes; of ${counted(files - filesHashed)} ${others}`;
}

function counted(files: number): string {
  return `${files} ${files === 1 ? "file" : "files"}`;
}
