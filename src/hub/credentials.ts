/** An address and what it said of who asks. */
export interface SplitAddress {
  /** The address without user name and password. */
  readonly url: string;
  /** Value of an `Authorization` header, when the address held a user name or a password. */
  readonly authorization: string | undefined;
}

/**
 * Takes user name and password out of an address: errors, their causes and redirects repeat addresses, and the
 * platform's `fetch` refuses one that holds them: `HUB-TOKEN-SECRET`.
 *
 * @throws TypeError when it is not an address
 */
export function splitCredentials(url: string): SplitAddress {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { url, authorization: undefined };
  parsed.username = "";
  parsed.password = "";
  const pair = Buffer.from(`${decode(username)}:${decode(password)}`).toString("base64");
  return { url: parsed.href, authorization: `Basic ${pair}` };
}

/**
 * An address as an error may show it, even if it is none: without user name, password, query and fragment.
 *
 * A password that is not percent-encoded may hold any character and makes the address malformed, so whatever stands before the
 * last `@` is left out, and so is what stands in the place of a port and is not one.
 */
export function printableAddress(address: string): string {
  const [start = "", scheme = ""] = /^([a-z][\w+.-]*:[\\/]+|[\\/]*)/i.exec(address) ?? [];
  const rest = address
    .slice(Math.max(start.length, address.lastIndexOf("@") + 1))
    .replace(/[?#][^]*$/, "");
  return scheme + rest.replace(/^([^[\\/:]*):(?!\d+(?:[\\/]|$))[^\\/]*/, "$1:***");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // What is not percent-encoded UTF-8 is taken as it stands.
    return text;
  }
}
