import { answerShape, type AnswerShape } from "./answer_shape.ts";

/** What is asked of a hub, in order. Each question is one that clients ask. */
export const PROBES = [
  "revision",
  "tree",
  "paths-info",
  "small file, HEAD",
  "small file, served",
  "large file, HEAD",
  "large file, first byte",
  "large file, beyond its end",
  "file that is not there",
  "revision that is not there",
  "repository that is not there",
] as const;

/** One question. */
export type Probe = (typeof PROBES)[number];

/** The shapes of a hub's answers, and where they come from. */
export interface HubShapes {
  readonly format: 1;
  /** Who or what made this, when, and of what: a reader must see what was measured and what was not. */
  readonly provenance: string;
  /**
   * Whether it was written from notes of others: what it does not name was not measured then, and is not compared. In a
   * recording what is not named was not sent.
   */
  readonly isPartial?: true;
  /** The day to which the answers belong. */
  readonly recorded: string;
  /** By question; what was not asked or could not be is absent. */
  readonly answers: Readonly<Partial<Record<Probe, AnswerShape>>>;
}

/** What is asked, and of whom. */
export interface RecordShapesOptions {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** A public repository with at least one small and one large file. */
  readonly repository: string;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal;
}

/** How long one answer may take. */
const ANSWER_LIMIT_MS = 30_000;

interface TreeEntry {
  readonly type?: string;
  readonly path?: string;
  readonly size?: number;
  readonly lfs?: object;
}

/**
 * Asks a hub what clients ask, without a token, and keeps the shape of each answer.
 *
 * @throws {Error} when the hub does not answer at all, or has no such repository
 */
export async function recordShapes(options: RecordShapesOptions): Promise<HubShapes["answers"]> {
  const { endpoint, repository } = options;
  const answers: Partial<Record<Probe, AnswerShape>> = {};
  const ask = async (probe: Probe, url: string, init: RequestInit = {}) => {
    const { response, text } = await answerOf(url, { ...options, init });
    answers[probe] = answerShape(response, text);
    return { response, text };
  };
  const api = `${endpoint}/api/models/${repository}`;
  const info = await ask("revision", `${api}/revision/main`);
  const { sha } = parsed<{ readonly sha?: string }>(info.text);
  if (sha === undefined)
    throw new Error(
      `Cannot record ${repository} at ${endpoint}: it answered ${info.response.status} without a commit`,
    );
  const tree = await ask("tree", `${api}/tree/${sha}?recursive=true&expand=false`);
  const entries = parsed<readonly TreeEntry[]>(tree.text);
  const files = (Array.isArray(entries) ? entries : []).filter((one) => one.type === "file");
  const small = files.find(({ lfs }) => lfs === undefined)?.path;
  const large = files.find(({ lfs }) => lfs !== undefined)?.path;
  await ask("paths-info", `${api}/paths-info/${sha}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ paths: [small ?? "config.json"], expand: false }),
  });
  const resolve = (path: string, revision = sha) =>
    `${endpoint}/${repository}/resolve/${revision}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const head = { method: "HEAD", headers: { "Accept-Encoding": "identity" } };
  if (small !== undefined) {
    const { response } = await ask("small file, HEAD", resolve(small), head);
    const place = response.headers.get("location");
    const url = place === null ? resolve(small) : new URL(place, resolve(small)).href;
    await ask("small file, served", url, head);
  }
  if (large !== undefined) {
    const { response } = await ask("large file, HEAD", resolve(large), head);
    const place = response.headers.get("location");
    const url = place === null ? resolve(large) : new URL(place, resolve(large)).href;
    const ranged = (range: string) => ({
      headers: { Range: range, "Accept-Encoding": "identity" },
    });
    await ask("large file, first byte", url, ranged("bytes=0-0"));
    const size = files.find(({ path }) => path === large)?.size ?? 0;
    await ask("large file, beyond its end", url, ranged(`bytes=${size + 1}-`));
  }
  await ask("file that is not there", resolve("no-such-file.json"), head);
  await ask("revision that is not there", `${api}/revision/no-such-revision`);
  await ask(
    "repository that is not there",
    `${endpoint}/api/models/${repository}-not-there/revision/main`,
  );
  return answers;
}

async function answerOf(
  url: string,
  { fetch, signal, init }: RecordShapesOptions & { readonly init: RequestInit },
): Promise<{ readonly response: Response; readonly text: string | undefined }> {
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  let response: Response;
  try {
    response = await fetch(url, { redirect: "manual", ...init, signal: either });
  } catch (cause) {
    const { host, pathname } = new URL(url);
    throw new Error(`Cannot record the answer of ${host} for ${pathname}: no answer came`, {
      cause,
    });
  }
  const isText = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  if (isText && init.method !== "HEAD") return { response, text: await response.text() };
  // The bytes of a file are nobody's shape.
  await response.body?.cancel();
  return { response, text: undefined };
}

function parsed<Value>(text: string | undefined): Value {
  return JSON.parse(text ?? "{}") as Value;
}
