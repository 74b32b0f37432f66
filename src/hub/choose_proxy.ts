import { BlockList, isIP } from "node:net";
import type { Environment } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { printableAddress } from "./credentials.ts";

/** The schemes of proxies that are spoken; a SOCKS proxy always resolves the names. */
const PROXY_SCHEMES = ["http:", "https:", "socks5:", "socks5h:", "socks:"];

/**
 * The proxy for a request, or undefined for none: `HUB-ENV-PROXY`, `HUB-ENV-EMPTY`, `HUB-ENV-DIRECT`.
 *
 * `NO_PROXY` is a list of hosts: `example.org` also means its subdomains, `.example.org` and `*.example.org`
 * likewise, `host:port` is one port, `::1` and `[::1]` one address, `10.0.0.0/8` a range, and `*` every host.
 *
 * @param env the environment; the lower-case name wins over the upper-case one
 * @throws {ModelError} `invalid-argument` when the proxy's address is malformed or of an unknown scheme
 */
export function chooseProxy(url: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  if (isExempt(hostname, port || (protocol === "https:" ? "443" : "80"), read(env, "NO_PROXY"))) {
    return undefined;
  }
  const own = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const name = read(env, own) === undefined ? "ALL_PROXY" : own;
  const proxy = read(env, name);
  return proxy && checkProxy(proxy.includes("://") ? proxy : `http://${proxy}`, name);
}

function read(env: Environment, name: string): string | undefined {
  return (env[name.toLowerCase()] || env[name])?.trim() || undefined;
}

function checkProxy(proxy: string, name: string): string {
  const url = URL.parse(proxy);
  if (url === null || url.hostname === "" || !PROXY_SCHEMES.includes(url.protocol)) {
    const known = PROXY_SCHEMES.map((scheme) => `${scheme}//`).join(", ");
    throw new ModelError(
      "invalid-argument",
      `Cannot use ${JSON.stringify(printableAddress(proxy))} of ${name} as a proxy; give an address that starts with one of ${known}`,
    );
  }
  return proxy;
}

function isExempt(hostname: string, port: string, list: string | undefined): boolean {
  const host = bare(hostname.toLowerCase());
  return (list ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => covers(entry, { host, port }));
}

/** Whether one entry of the list means this host and port. */
function covers(entry: string, target: { readonly host: string; readonly port: string }): boolean {
  const { host, port } = target;
  if (entry === "*") return true;
  if (entry.includes("/")) return isInRange(host, entry);
  // An address without brackets has colons of its own, and no port.
  const [, name = "", entryPort] =
    isIP(entry) === 6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (entryPort !== undefined && entryPort !== port) return false;
  const wanted = bare(name);
  if (isIP(wanted) !== 0) return isSameAddress(host, wanted);
  const domain = wanted.replace(/^\*?\.?/, "");
  if (domain === "" || isIP(host) !== 0) return false;
  return host === domain || host.endsWith(`.${domain}`);
}

function isSameAddress(host: string, address: string): boolean {
  if (isIP(host) !== isIP(address)) return false;
  const list = new BlockList();
  list.addAddress(address, family(address));
  return list.check(host, family(host));
}

function isInRange(host: string, range: string): boolean {
  const [network = "", prefix = ""] = range.split("/");
  const address = bare(network);
  if (isIP(host) === 0 || isIP(host) !== isIP(address) || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (isIP(address) === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), family(address));
  return list.check(host, family(host));
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
