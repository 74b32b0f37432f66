import type { Environment } from "../../spec/mod.ts";

/**
 * The proxy for a request, or undefined for none: `HUB-ENV-PROXY`, `HUB-ENV-EMPTY`.
 *
 * `NO_PROXY` is a list of hosts: `example.org` also means its subdomains, `.example.org` likewise,
 * `host:port` is one port, and `*` means every host.
 *
 * @param env the environment; the lower-case name wins over the upper-case one
 */
export function chooseProxy(url: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  if (isExempt(hostname, port || (protocol === "https:" ? "443" : "80"), read(env, "NO_PROXY"))) {
    return undefined;
  }
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = read(env, name) ?? read(env, "ALL_PROXY");
  if (proxy === undefined) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function read(env: Environment, name: string): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined;
}

function isExempt(hostname: string, port: string, list: string | undefined): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, "");
  return (list ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, name, entryPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (name === undefined || name === "" || (entryPort !== undefined && entryPort !== port))
        return false;
      return host === name || host.endsWith(`.${name}`);
    });
}
