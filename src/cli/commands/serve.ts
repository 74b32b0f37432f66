import { type Command, InvalidArgumentError, Option } from "commander";
import { ModelError } from "../../errors.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import { readSmallFile } from "../../disk/small_file.ts";
import { expandHome } from "../../layout/expand_home.ts";
import type { EndedExchange } from "../../node/http_listener.ts";
import { addExamples } from "../add_examples.ts";
import { type CommandContext, type CommonOptions, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { listenError } from "../listen_error.ts";
import { formatBytes, printable, shortened } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";

interface ServeCommandOptions extends CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly unverified?: boolean;
  readonly log?: boolean;
}

const DEFAULT_PORT = 8017;
const PORT_MAX = 65_535;
/** The variable that holds the token, for who starts the command from a service manager. */
const TOKEN_VARIABLE = "MLX_LAYOUT_SERVE_TOKEN";
/** A shorter one is guessed. */
const TOKEN_LENGTH_MIN = 8;
const LOOPBACK_REGEXP = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;
/** The most of an address that a line of the log has. */
const TARGET_WIDTH = 160;

/** Adds `mlx-layout serve`. */
export function addServeCommand(program: Command, session: Session): void {
  const command = program
    .command("serve")
    .description(
      "offer the complete models of this machine to others, as a hub that they download from",
    )
    .option(
      "--root <directory>",
      "offer what is in this directory, and of the stores the hub's cache alone",
    )
    .option(
      "--host <address>",
      "address to listen on; 0.0.0.0 lets other machines connect",
      "127.0.0.1",
    )
    .addOption(
      new Option("--port <number>", "port to listen on; 0 is any that is free")
        .argParser(parsePort)
        .default(DEFAULT_PORT),
    )
    .option(
      "--token-file <file>",
      `file with a token that clients must give as HF_TOKEN (default: ${TOKEN_VARIABLE}, else none is asked for)`,
    )
    .option("--unverified", "offer copies too of which nothing is recorded, as they are")
    .option("--log", "print a line for each request")
    .option("--json", "print JSON");
  addExamples(command, ["serve", "serve --host 0.0.0.0 --port 8080 --log"]);
  command.addHelpText(
    "after",
    `
Nothing is written. On the other machine, with any client of the hub:
  HF_ENDPOINT=http://THIS-MACHINE:${DEFAULT_PORT} mlx-layout download ORG/NAME
The connection is not encrypted: in a network that you do not trust, use a tunnel.`,
  );
  command.action((options: ServeCommandOptions) =>
    session.run(options, async (context) => {
      await serve(options, context);
      return EXIT_CODES.done;
    }),
  );
}

async function serve(options: ServeCommandOptions, context: CommandContext): Promise<void> {
  const { stderr, wait, manager, listen } = context;
  const { host, port, unverified = false } = options;
  const { signal = new AbortController().signal } = wait;
  const token = await readToken(options, context);
  const isLoopback = LOOPBACK_REGEXP.test(host);
  const server = await manager.serve({
    places: options.root === undefined ? "all" : "root",
    unverified,
    isLoopback,
    signal,
    onTrouble: (error) => stderr.write(`mlx-layout: ${printable(error.message)}\n`),
    ...(token !== undefined && { token }),
  });
  const copies = await server.copies();
  const onEnd = (ended: EndedExchange) => {
    if (options.log === true) stderr.write(logLine(ended));
    // A client that goes away is no trouble of ours.
    if (errnoOf(ended.fault) === undefined && ended.fault instanceof Error && !signal.aborted)
      stderr.write(`mlx-layout: ${printable(ended.fault.message)}\n`);
  };
  const listener = await listen((request) => server.answer(request), {
    host,
    port,
    signal,
    onEnd,
  }).catch((error: unknown) => {
    throw listenError(error, { host, port });
  });
  if (!isLoopback && token === undefined)
    stderr.write(
      `mlx-layout: Warning: whoever reaches ${printable(listener.origin)} can read these models, as no token is asked for; --token-file FILE asks for one\n`,
    );
  announce(listener.origin, copies, { options, context });
  await listener.ended;
}

type Copies = Awaited<
  ReturnType<Awaited<ReturnType<CommandContext["manager"]["serve"]>>["copies"]>
>;

function announce(
  address: string,
  copies: Copies,
  { options, context }: { readonly options: ServeCommandOptions; readonly context: CommandContext },
): void {
  const { stdout, stderr } = context;
  const isOffered = ({ listed, place }: Copies[number]) =>
    listed.state === "complete" || place.cache !== undefined || options.unverified === true;
  const offered = copies.filter(isOffered);
  const left = copies.filter((copy) => !isOffered(copy));
  if (options.json === true) {
    const models = offered.map(({ listed }) => ({
      repository: listed.repository,
      directory: listed.directory,
      ...(listed.commit !== undefined && { commit: listed.commit }),
      sizeBytes: listed.sizeBytes,
      isVerified: listed.state === "complete",
    }));
    printJson(stdout, "serving", { address, models });
    return;
  }
  const sizeBytes = offered.reduce((sum, { listed }) => sum + listed.sizeBytes, 0);
  stdout.write(
    `Serving ${counted(offered.length)} (${formatBytes(sizeBytes)}) at ${printable(address)}; Ctrl-C ends it\n`,
  );
  const unread = offered.filter(({ listed }) => listed.state !== "complete").length;
  if (unread > 0)
    stderr.write(
      `Read and verified when first asked for, as another client downloaded them: ${unread}\n`,
    );
  if (left.length > 0)
    stderr.write(
      `Not offered, as nothing is recorded of them: ${left.length}; --unverified offers them as they are\n`,
    );
}

function counted(count: number): string {
  return `${count} ${count === 1 ? "copy" : "copies"} of models`;
}

/** The token is not taken from the command line, where every user of the machine sees it. */
async function readToken(
  { tokenFile }: ServeCommandOptions,
  { env, host }: CommandContext,
): Promise<string | undefined> {
  if (tokenFile === undefined) return assertToken(env[TOKEN_VARIABLE] || undefined, TOKEN_VARIABLE);
  const path = expandHome(tokenFile, env);
  const text = await readSmallFile(host.files, path);
  if (text === undefined)
    throw new ModelError(
      "invalid-argument",
      `Cannot read the token: "${path}" is not a file; write one with "openssl rand -hex 24 > ${path}"`,
    );
  return assertToken(text, path);
}

function assertToken(text: string | undefined, source: string): string | undefined {
  const token = text?.trim();
  if (token === undefined) return undefined;
  if (token.length >= TOKEN_LENGTH_MIN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ModelError(
    "invalid-argument",
    `Cannot use the token in "${source}": it must have at least ${TOKEN_LENGTH_MIN} printable characters and no blanks`,
  );
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX) return Number(text);
  throw new InvalidArgumentError(`Expected a number from 0 to ${PORT_MAX}.`);
}

/** What a client sent is of unknown origin. */
function logLine({
  client,
  method,
  target,
  status,
  bytesSent,
  durationMs,
  fault,
}: EndedExchange): string {
  const path = printable(shortened(target, TARGET_WIDTH));
  const end = fault === undefined ? "" : " broke off";
  return `${client} ${printable(method)} ${path} ${status} ${formatBytes(bytesSent)} ${Math.round(durationMs)} ms${end}\n`;
}
