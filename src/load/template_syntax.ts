/** Filters of jinja2 3.1, and those that transformers adds. */
const FILTERS = new Set(
  (
    "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape " +
    "format groupby indent int items join last length list lower map max min pprint random reject rejectattr " +
    "replace reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate " +
    "unique upper urlencode urlize wordcount wordwrap xmlattr"
  ).split(" "),
);

/** Statements that end with a statement of their own. */
const BLOCKS: ReadonlySet<string> = new Set(
  "autoescape block call filter for generation if macro set trans with".split(" "),
);

const SINGLE: ReadonlySet<string> = new Set(
  "break continue debug do extends from import include".split(" "),
);

/** The statements inside of a block, and the blocks that have them. */
const BRANCHES: Readonly<Record<string, readonly string[]>> = {
  elif: ["if"],
  else: ["if", "for"],
  pluralize: ["trans"],
};

const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

interface Tag {
  readonly kind: "{{" | "{%";
  readonly text: string;
}

/**
 * Finds what makes a template wrong for every engine of Jinja: a tag, text, bracket or block that is not closed, an
 * unknown statement or filter.
 *
 * It does not evaluate anything; a template that passes may still fail.
 *
 * @returns the first fault, in words
 */
export function findTemplateFault(template: string): string | undefined {
  const open: string[] = [];
  const tags = readTags(template);
  if (typeof tags === "string") return tags;
  for (const { kind, text } of tags) {
    const tokens = readTokens(text);
    if (typeof tokens === "string") return tokens;
    const filter = unknownFilter(tokens);
    if (filter !== undefined) return `No engine has a filter "${filter}"`;
    const fault = kind === "{%" ? judgeStatement(tokens, open) : undefined;
    if (fault !== undefined) return fault;
    if (kind === "{{" && tokens.length === 0) return "It has an empty {{ }}";
  }
  const last = open.at(-1);
  return last === undefined ? undefined : `Its block "${last}" is never closed`;
}

/** Cuts the template into its tags; comments and what stands in `raw` are left out. */
function readTags(template: string): readonly Tag[] | string {
  const tags: Tag[] = [];
  let at = 0;
  for (;;) {
    const start = template.slice(at).search(/\{[{%#]/);
    if (start === -1) return tags;
    const from = at + start;
    const kind = template.slice(from, from + 2);
    if (kind === "{#") {
      const end = template.indexOf("#}", from + 2);
      if (end === -1) return "A comment is never closed";
      at = end + 2;
      continue;
    }
    const end = endOfTag(template, { from: from + 2, close: kind === "{{" ? "}}" : "%}" });
    if (end === undefined) return `A ${kind} is never closed`;
    const text = template.slice(from + 2, end).replace(/^[-+]|[-+]$/g, "");
    at = end + 2;
    if (kind === "{%" && text.trim() === "raw") {
      const close = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
      close.lastIndex = at;
      if (close.exec(template) === null) return 'Its block "raw" is never closed';
      at = close.lastIndex;
      continue;
    }
    tags.push({ kind: kind === "{{" ? "{{" : "{%", text });
  }
}

/** Where a tag closes: not in a text, and not at the braces of a mapping. */
function endOfTag(
  template: string,
  { from, close }: { readonly from: number; readonly close: string },
): number | undefined {
  let depth = 0;
  for (let at = from; at < template.length; at += 1) {
    const letter = template.charAt(at);
    if (letter === "'" || letter === '"') {
      const end = endOfText(template, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (depth === 0 && template.startsWith(close, at)) return at;
    else if ("([{".includes(letter)) depth += 1;
    else if (")]}".includes(letter)) depth = Math.max(0, depth - 1);
    else if (close === "%}" && template.startsWith("%}", at)) return at;
  }
  return undefined;
}

function endOfText(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at;
  }
  return undefined;
}

/** Words, numbers and signs; a text is one token, `"`. */
function readTokens(text: string): readonly string[] | string {
  const tokens: string[] = [];
  const open: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "'" || letter === '"') {
      const end = endOfText(text, at);
      if (end === undefined) return "A text is never closed";
      at = end;
      tokens.push('"');
      continue;
    }
    const [word] = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(text.slice(at)) ?? [];
    if (word !== undefined) {
      tokens.push(word);
      at += word.length - 1;
      continue;
    }
    if (/\s/.test(letter)) continue;
    if ("([{".includes(letter)) open.push(letter);
    if (")]}".includes(letter) && open.pop() !== PAIRS[letter]) {
      return `A "${letter}" closes nothing`;
    }
    tokens.push(letter);
  }
  const [left] = open;
  return left === undefined ? tokens : `A "${left}" is never closed`;
}

function unknownFilter(tokens: readonly string[]): string | undefined {
  return tokens.find(
    (token, at) => tokens[at - 1] === "|" && /^[\p{L}_]/u.test(token) && !FILTERS.has(token),
  );
}

function judgeStatement(tokens: readonly string[], open: string[]): string | undefined {
  const [name = ""] = tokens;
  if (name.startsWith("end") && BLOCKS.has(name.slice(3))) {
    return open.pop() === name.slice(3) ? undefined : `Its "${name}" closes no such block`;
  }
  const parents = Object.hasOwn(BRANCHES, name) ? BRANCHES[name] : undefined;
  if (parents !== undefined) {
    return parents.includes(open.at(-1) ?? "") ? undefined : `Its "${name}" is in no such block`;
  }
  if (!BLOCKS.has(name)) {
    return SINGLE.has(name) ? undefined : `No engine has a statement "${name}"`;
  }
  const needsMore = !["autoescape", "generation", "trans", "with"].includes(name);
  if (needsMore && tokens.length < 2) return `Its "${name}" says nothing`;
  if (name === "for" && !tokens.includes("in")) return 'Its "for" has no "in"';
  // A `set` with a value has no end.
  if (name !== "set" || !hasAssignment(tokens)) open.push(name);
  return undefined;
}

function hasAssignment(tokens: readonly string[]): boolean {
  let depth = 0;
  return tokens.some((token, at) => {
    if ("([{".includes(token)) depth += 1;
    if (")]}".includes(token)) depth -= 1;
    const isComparison = tokens[at + 1] === "=" || "=!<>".includes(tokens[at - 1] ?? " ");
    return depth === 0 && token === "=" && !isComparison;
  });
}
