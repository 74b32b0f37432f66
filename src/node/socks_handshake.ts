import { once } from "node:events";
import { isIP, type Socket } from "node:net";
import { ProxyError } from "./proxy_error.ts";

/** Where a SOCKS proxy is to connect, and as whom. */
export interface SocksTarget {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

const VERSION = 5;
const NO_PASSWORD = 0;
const WITH_PASSWORD = 2;
const NONE_OF_THESE = 0xff;

/** RFC 1928, section 6; what is not listed is a failure that may pass. */
const REPLIES: Readonly<Record<number, readonly [code: string, text: string]>> = {
  2: ["ERR_PROXY_REFUSED", "its rules do not allow this connection"],
  3: ["ENETUNREACH", "the network cannot be reached"],
  4: ["EHOSTUNREACH", "the host cannot be reached"],
  5: ["ECONNREFUSED", "the host refused the connection"],
  7: ["ERR_PROXY_REFUSED", "it does not connect to hosts"],
  8: ["ERR_PROXY_REFUSED", "it does not take this kind of address"],
};

/**
 * Asks a SOCKS 5 proxy (RFC 1928, RFC 1929) for a connection. The proxy resolves the name.
 *
 * @param socket connected to the proxy; afterwards what is read from it is the target's
 * @throws {ProxyError} when the proxy does not connect; the system's code where it says why
 */
export async function socksHandshake(socket: Socket, target: SocksTarget): Promise<void> {
  const { username, password } = target;
  const methods = username === "" ? [NO_PASSWORD] : [NO_PASSWORD, WITH_PASSWORD];
  socket.write(Uint8Array.of(VERSION, methods.length, ...methods));
  const [version, method] = await readBytes(socket, 2);
  if (version !== VERSION) {
    throw new ProxyError("ERR_PROXY_PROTOCOL", "the proxy does not speak SOCKS 5");
  }
  if (method === NONE_OF_THESE || method === undefined || !methods.includes(method)) {
    throw new ProxyError("ERR_PROXY_AUTHENTICATION", "the SOCKS proxy wants a user and a password");
  }
  if (method === WITH_PASSWORD) {
    socket.write(Buffer.concat([Uint8Array.of(1), counted(username), counted(password)]));
    const [, status] = await readBytes(socket, 2);
    if (status !== 0) {
      throw new ProxyError("ERR_PROXY_AUTHENTICATION", "the SOCKS proxy refuses the password");
    }
  }
  const port = Uint8Array.of(target.port >> 8, target.port & 0xff);
  socket.write(Buffer.concat([Uint8Array.of(VERSION, 1, 0), addressBytes(target.hostname), port]));
  await readReply(socket);
}

async function readReply(socket: Socket): Promise<void> {
  const [, reply = 1, , kind] = await readBytes(socket, 4);
  if (reply !== 0) {
    const [code, text] = REPLIES[reply] ?? ["ERR_PROXY_UNAVAILABLE", `it failed (${reply})`];
    const message = `the SOCKS proxy did not connect: ${text}`;
    throw Object.assign(new Error(message), { code });
  }
  const [length = 0] = kind === 3 ? await readBytes(socket, 1) : [kind === 4 ? 16 : 4];
  await readBytes(socket, length + 2);
}

function addressBytes(hostname: string): Uint8Array {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 4) return Uint8Array.of(1, ...host.split(".").map(Number));
  if (isIP(host) === 6) return Uint8Array.of(4, ...ipv6Bytes(host));
  return Buffer.concat([Uint8Array.of(3), counted(host)]);
}

function ipv6Bytes(host: string): number[] {
  const [head = "", tail] = host.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":"));
  const [before, after] = [words(head), words(tail ?? "")];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].flatMap((word) => {
    const value = Number.parseInt(word, 16);
    return [value >> 8, value & 0xff];
  });
}

function counted(text: string): Uint8Array {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
}

/** Reads so many bytes and leaves the rest in the socket. */
async function readBytes(socket: Socket, count: number): Promise<Uint8Array> {
  for (;;) {
    const bytes: unknown = socket.read(count);
    if (bytes instanceof Uint8Array && bytes.length === count) return bytes;
    if (bytes !== null || socket.readableEnded || socket.destroyed) {
      throw Object.assign(new Error("the SOCKS proxy closed the connection"), {
        code: "ECONNRESET",
      });
    }
    const ended = new AbortController();
    try {
      await Promise.race([
        once(socket, "readable", { signal: ended.signal }),
        once(socket, "end", { signal: ended.signal }),
      ]);
    } finally {
      ended.abort();
    }
  }
}
