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
const quoted = (path) => path.split("/").map(encodeURIComponent).join("/");
const wrong = (message) => Object.assign(new Error(message), { kind: "integrity" });

async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the hub answered ${response.status}`);
  return response;
}

/** Whether a file has the listed size and the listed hash. */
async function matches(place, { size, oid, lfs }) {
  const found = await stat(place).catch(() => undefined);
  if (found?.size !== size || !found.isFile()) return false;
  const hash = lfs ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
  await pipeline(createReadStream(place), hash);
  return hash.digest("hex") === (lfs?.oid ?? oid);
}

async function download(root, { repository }) {
  const hub = process.env.HF_ENDPOINT;
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
    if (await matches(place, entry)) continue;
    const part = `${place}.part`;
    await mkdir(dirname(place), { recursive: true });
    try {
      const { body } = await get(
        `${hub}/${quoted(repository)}/resolve/${sha}/${quoted(entry.path)}`,
      );
      await pipeline(body ?? [], createWriteStream(part));
      if (!(await matches(part, entry))) throw wrong(`${entry.path} is not as listed`);
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
  if (type === "hello") console.log(JSON.stringify(hello));
  if (type !== "operation") return;
  before = before
    .then(() => download(root, request))
    .then(
      (ok) => ({ ok }),
      ({ kind = "internal", message }) => ({ error: { kind, message } }),
    )
    .then((result) => console.log(JSON.stringify({ type: "result", id, ...result })));
});
