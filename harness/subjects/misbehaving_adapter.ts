/**
 * For tests of the harness: a small correct adapter, and the ways in which an adapter can misbehave.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [manner = "honest"] = process.argv.slice(2);
const HELLO = {
  type: "hello",
  id: 0,
  protocol: 1,
  name: "small",
  version: "1.0.0",
  roles: ["downloader"],
  operations: ["download"],
  capabilities: manner === "endless" ? ["cancel"] : [],
  layouts: ["hubapi"],
};

function write(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function download(order: { root: string; request: { repository: string } }) {
  const { root, request } = order;
  const directory = join(root, "models", request.repository);
  const url = `${process.env["HF_ENDPOINT"]}/${request.repository}/resolve/main/config.json`;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "config.json"), Buffer.from(await answer.arrayBuffer()));
  return { directory };
}

async function perform(order: Parameters<typeof download>[0] & { id: number }): Promise<void> {
  const { id } = order;
  switch (manner) {
    case "garbage":
      process.stderr.write("a warning\n");
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.stdout.write("Downloading…\n");
      return;
    case "silent":
    case "endless":
      return;
    case "exit":
      process.stderr.write("boom\n");
      process.exit(7);
      break;
    case "signal":
      process.kill(process.pid, "SIGKILL");
      return;
    case "flood of a line":
      for (let piece = 0; piece < 40; piece++) process.stdout.write("x".repeat(65_536));
      return;
    case "flood of lines":
      for (let line = 0; line < 20; line++) {
        const file = "x".repeat(1_000_000);
        write({ type: "event", id, event: "progress", bytesDone: 1, bytesTotal: 2, file });
      }
      return;
    case "wrong schema":
      write({ type: "result", id, error: { kind: "oops", message: "" } });
      return;
    case "wrong result":
      write({ type: "result", id, ok: { path: "/" } });
      return;
    case "another operation":
      write({ type: "result", id: id + 1, ok: {} });
      return;
    case "orphan":
      spawn("sleep", ["300"], { detached: true, stdio: "ignore" }).unref();
      break;
    case "writes elsewhere":
      await writeFile(join(process.env["HOME"] ?? "", "left.txt"), "left");
      break;
    case "litters": {
      // Beside the root and above it: a file, a link to nowhere, and names that every object has.
      const above = join(order.root, "..", "..");
      await writeFile(join(above, "loose.txt"), "left");
      await writeFile(join(above, "Documents", "constructor"), "left");
      await symlink("nowhere", join(above, "link"));
      await mkdir(join(above, "__proto__"));
      break;
    }
    case "sparse file": {
      const done = await download(order);
      await truncate(join(done.directory, "config.json"), 8 * 1024 ** 4);
      write({ type: "result", id, ok: done });
      return;
    }
    case "kills its parent":
      process.kill(process.ppid, "SIGKILL");
      return;
    case "tells secrets":
      process.stderr.write(`${JSON.stringify(process.env)}\n`);
      process.exit(7);
      break;
  }
  try {
    write({ type: "result", id, ok: await download(order) });
  } catch (error) {
    write({ type: "result", id, error: { kind: "network", message: String(error) } });
  }
}

// A subject that is deaf to the end of its input goes on for ever.
if (manner === "deaf") setInterval(() => {}, 1000);

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line) as { type: string } & Parameters<typeof perform>[0];
  if (message.type === "cancel") {
    const error = { kind: "cancelled", message: "cancelled" };
    write({ type: "result", id: message.id, error });
  } else if (message.type === "operation") {
    void perform(message);
  } else if (manner === "mute") {
    process.stderr.write("Traceback\nModuleNotFoundError: no module named 'requests'\n");
  } else {
    write({
      ...HELLO,
      ...(manner === "version" ? { protocol: 2 } : {}),
      ...(manner === "branch" ? { version: "main" } : {}),
    });
  }
});
