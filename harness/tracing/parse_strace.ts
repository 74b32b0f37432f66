/** A system call as strace wrote it down, with success or without. */
export interface TracedCall {
  readonly pid: number;
  /** When it began, in milliseconds since 1970; 0 where the log has no times. */
  readonly timeMs: number;
  readonly name: string;
  /** The arguments as they are written: texts in quotes, descriptors with their paths. */
  readonly args: readonly string[];
  /** What it returned, with the path of a descriptor and without a complaint; negative when it failed. */
  readonly result: string;
  /** Lines of the log at which it began and returned. */
  readonly lines: { readonly begin: number; readonly end: number };
  /** Whether strace answered in place of the system, so that nothing was done. */
  readonly isInjected: boolean;
}

const LINE_REGEXP = /^(\d+) +(?:(\d+\.\d+) )?(.*)$/;
const UNFINISHED = " <unfinished ...>";
const RESUMED_REGEXP = /^<\.\.\. (\w+) resumed>(.*)$/;

/**
 * Reads a log of `strace -f`, best with `-ttt -y`. A call that another thread cut in two is put together again; what is no
 * call, such as a signal or an exit, is left out, and so is a call that had not returned.
 */
export function parseStrace(log: string): TracedCall[] {
  const calls: TracedCall[] = [];
  const begun = new Map<string, { readonly timeMs: number; readonly text: string; at: number }>();
  for (const [at, line] of log.split("\n").entries()) {
    const [, pid = "", seconds = "0", said = ""] = LINE_REGEXP.exec(line) ?? [];
    const timeMs = Number(seconds) * 1000;
    if (said.endsWith(UNFINISHED)) {
      begun.set(pid, { timeMs, text: said.slice(0, -UNFINISHED.length), at });
      continue;
    }
    const [, , rest] = RESUMED_REGEXP.exec(said) ?? [];
    const first = rest === undefined ? undefined : begun.get(pid);
    begun.delete(pid);
    const call = parseCall(rest === undefined ? said : `${first?.text ?? ""}${rest}`);
    if (call === undefined) continue;
    const lines = { begin: first?.at ?? at, end: at };
    calls.push({ pid: Number(pid), timeMs: first?.timeMs ?? timeMs, lines, ...call });
  }
  return calls;
}

/** The text of an argument in quotes; undefined of any other. */
export function argumentText(argument: string | undefined): string | undefined {
  return argumentBytes(argument)?.toString("utf8");
}

/** The bytes of an argument in quotes; undefined of any other. */
export function argumentBytes(argument: string | undefined): Buffer | undefined {
  const [, quoted] = /^"(.*)"(?:\.\.\.)?$/s.exec(argument ?? "") ?? [];
  return quoted === undefined ? undefined : unescaped(quoted);
}

/** The path that strace wrote behind a descriptor; undefined where it wrote none. */
export function descriptorPath(argument: string | undefined): string | undefined {
  const [, path] = /^(?:\d+|AT_FDCWD)<(\/.*)>(?:\(deleted\))?$/s.exec(argument ?? "") ?? [];
  return path === undefined ? undefined : unescaped(path).toString("utf8");
}

function parseCall(
  text: string,
): Pick<TracedCall, "name" | "args" | "result" | "isInjected"> | undefined {
  const [head = "", name = ""] = /^(\w+)\(/.exec(text) ?? [];
  if (name === "") return undefined;
  const parts = splitArguments(text.slice(head.length));
  if (parts === undefined) return undefined;
  const [, result = ""] = /^ *= (-?\d+(?:<.*>(?:\(deleted\))?)?|\?)/s.exec(parts.after) ?? [];
  if (result === "" || result === "?") return undefined;
  return { name, args: parts.args, result, isInjected: parts.after.endsWith("(INJECTED)") };
}

/** Splits at the commas between arguments, and ends at the bracket that closes them. */
function splitArguments(
  text: string,
): { readonly args: readonly string[]; readonly after: string } | undefined {
  const args: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === '"') at = endOfQuoted(text, at);
    else if (sign === "<") at = endOfPath(text, at);
    else if ("([{".includes(sign)) depth++;
    else if (depth > 0 && ")]}".includes(sign)) depth--;
    else if (depth === 0 && (sign === "," || sign === ")")) {
      args.push(text.slice(from, at).trim());
      from = at + 1;
      if (sign === ")") return { args, after: text.slice(at + 1) };
    }
  }
  return undefined;
}

function endOfQuoted(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** A path in pointed brackets has its own ones escaped; a shift of bits has no end. */
function endOfPath(text: string, from: number): number {
  const end = text.indexOf(">", from);
  return end < 0 || text[from + 1] === "<" ? from : end;
}

const SIGNS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

/** strace writes bytes beyond ASCII in octal. */
function unescaped(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const [, octal] = /^\\([0-7]{1,3})/.exec(text.slice(at, at + 4)) ?? [];
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8));
      at += octal.length;
    } else if (text[at] === "\\") {
      at++;
      bytes.push(SIGNS[text[at] ?? ""] ?? text.charCodeAt(at));
    } else bytes.push(text.charCodeAt(at));
  }
  return Buffer.from(bytes);
}
