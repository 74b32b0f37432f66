import assert from "node:assert/strict";
import { test } from "node:test";
import { noteCalls } from "./note_calls.ts";
import { Observation } from "./observation.ts";

const OPTIONS = {
  sinceMs: 2000,
  isWatched: (path: string) => path.startsWith("/w/"),
  ports: [4000],
};

test("files are noted by their real paths, directories and what came before are not", () => {
  const seen = noted(
    `1 1.9 openat(AT_FDCWD</>, "/w/early", O_RDONLY) = 3</w/early>`,
    `1 2.1 openat(AT_FDCWD</>, "/w/link", O_RDONLY|O_CLOEXEC) = 3</w/real>`,
    `1 2.2 openat(AT_FDCWD</>, "/w", O_RDONLY|O_DIRECTORY) = 4</w/directory>`,
    `1 2.3 openat(AT_FDCWD</>, "/w/none", O_RDONLY) = -1 ENOENT (No such file or directory)`,
    `1 2.4 openat(AT_FDCWD</>, "/etc/hosts", O_RDONLY) = 4</etc/hosts>`,
    `1 2.5 openat2(AT_FDCWD</>, "/w/b", {flags=O_RDWR, resolve=0}, 24) = 4</w/b>`,
  );
  assert.deepEqual(seen.opened, [
    { path: "/w/real", isForWriting: false },
    { path: "/w/b", isForWriting: true },
  ]);
  assert.deepEqual(seen.changes, []);
});

test("reads are noted with what they asked for, in one buffer or in several", () => {
  const seen = noted(
    String.raw`1 2.1 read(3</w/a>, "\177EL,F\")\0"..., 4096) = 8`,
    `1 2.1 pread64(3</w/a>, "", 123456789, 8) = 0`,
    `1 2.1 preadv(3</w/a>, [{iov_base="x", iov_len=10}, {iov_base="", iov_len=20}], 2, 0) = 1`,
    `1 2.1 read(0<pipe:[17]>, "x", 65536) = 1`,
  );
  assert.deepEqual(
    seen.reads.map(({ sizeBytes }) => sizeBytes),
    [4096, 123456789, 30],
  );
});

test("a change is one of every path that it touches, and not of a link's text", () => {
  const seen = noted(
    `1 2.1 mkdirat(5</w/deep>, "new", 0777) = 0`,
    `1 2.1 rename("/w/a", "/w/b") = 0`,
    `1 2.1 symlinkat("/w/target", AT_FDCWD</>, "/w/link") = 0`,
    `1 2.1 unlink("/elsewhere") = 0`,
    `1 2.1 openat(AT_FDCWD</>, "/w/c", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</w/c>`,
    `1 2.1 write(3</w/c>, "x", 1) = 1`,
    `1 2.1 write(1<pipe:[18]>, "{}", 2) = 2`,
  );
  assert.deepEqual(
    seen.changes.map(({ operation, path }) => `${operation} ${path}`),
    [
      "mkdirat /w/deep/new",
      "rename /w/a",
      "rename /w/b",
      "symlinkat /w/link",
      "openat /w/c",
      "write /w/c",
    ],
  );
});

test("connections to others count, also those that did not come about; what starts is noted with its arguments", () => {
  const address = (port: number, host: string) =>
    `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${host}")}, 16`;
  const seen = noted(
    `1 2.1 connect(3<socket:[1]>, ${address(4000, "127.0.0.1")}) = -1 EINPROGRESS (in progress)`,
    `1 2.1 connect(3<socket:[1]>, ${address(5000, "127.0.0.1")}) = 0`,
    `1 2.1 connect(3<socket:[1]>, ${address(53, "10.0.0.1")}) = -1 ENETUNREACH (unreachable)`,
    `1 2.1 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/nscd"}, 110) = 0`,
    String.raw`1 2.1 execve("/bin/sh", ["sh", "-c", "touch \"a, b\""], 0x7ffc /* 5 vars */) = 0`,
    `1 2.1 execve("/none/sh", ["sh"], 0x7ffc /* 5 vars */) = -1 ENOENT (No such file)`,
  );
  assert.deepEqual(seen.requests, ["127.0.0.1:4000", "10.0.0.1:53"]);
  assert.deepEqual(seen.executed, [["/bin/sh", "-c", 'touch "a, b"']]);
});

// Helpers

function noted(...lines: string[]): Observation {
  const seen = new Observation();
  noteCalls(`${lines.join("\n")}\n`, seen, OPTIONS);
  return seen;
}
