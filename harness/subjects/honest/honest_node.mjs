/** A minimal honest downloader: the whole snapshot, verified, each file by a temporary one and a rename. Needs Node alone. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";

const hello = {
  type: "hello",
  id: 0,
  protocol: 1,
  name: "honest-node",
  version: "1.0.0",
  roles: ["downloader"],
  operations: ["download"],
  capabilities: [],
  layouts: ["hubapi"],
};
const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const quoted = (path) => path.split("/").map(encodeURIComponent).join("/");
const wrong = (message) => Object.assign(new Error(message), { kind: "integrity" });

async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the hub answered ${response.status}`);
  return response;
}

const listed = ({ size, oid, lfs }) => `${size} ${lfs?.oid ?? oid}`;

/** The size and the hash of a file as a listing states them: SHA-256 of a large file, git blob SHA-1 of another. */
async function facts(place, { lfs }) {
  const found = await stat(place).catch(() => undefined);
  if (found?.isFile() !== true) return "nothing";
  const hash = lfs ? createHash("sha256") : createHash("sha1").update(`blob ${found.size}\0`);
  await pipeline(createReadStream(place), hash);
  return `${found.size} ${hash.digest("hex")}`;
}

async function download(root, { repository }) {
  const hub = process.env.HF_ENDPOINT.replace(/\/+$/, "");
  const api = `${hub}/api/models/${quoted(repository)}`;
  const { sha } = await (await get(`${api}/revision/main`)).json();
  const entries = [];
  for (let page = `${api}/tree/${sha}?recursive=true`; page;) {
    const response = await get(page);
    entries.push(...(await response.json()).filter(({ type }) => type === "file"));
    const next = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
    page = next && new URL(next, page).href;
  }
  for (const { path } of entries)
    if (path.split("/").some((part) => ["", ".", ".."].includes(part)))
      throw wrong(`${path} leads out of the model's directory`);
  // A reader who finds the configuration is to find the weights too.
  const isLast = ({ path }) => Number(path === "config.json");
  const directory = join(root, "models", ...repository.split("/"));
  for (const entry of entries.toSorted((one, other) => isLast(one) - isLast(other))) {
    const place = join(directory, entry.path);
    if ((await facts(place, entry)) === listed(entry)) continue;
    const part = `${place}.part`;
    await mkdir(dirname(place), { recursive: true });
    try {
      const { body } = await get(
        `${hub}/${quoted(repository)}/resolve/${sha}/${quoted(entry.path)}`,
      );
      await pipeline(body ?? [], createWriteStream(part));
      const found = await facts(part, entry);
      if (found !== listed(entry))
        throw wrong(`${entry.path} is ${found} and not the listed ${listed(entry)}`);
      await rename(part, place);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }
  return { directory };
}

// Operations that overlap would share their temporary files: they are done one after the other.
let before = Promise.resolve();
createInterface({ input: process.stdin }).on("line", (line) => {
  const { type, id, root, request } = JSON.parse(line);
  if (type === "hello") write(hello);
  if (type !== "operation") return;
  before = before
    .then(() => download(root, request))
    .then(
      (ok) => ({ ok }),
      ({ kind = "internal", message }) => ({ error: { kind, message } }),
    )
    .then((result) => write({ type: "result", id, ...result }));
});
