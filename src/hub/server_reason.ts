import type { HttpResponse } from "../../spec/mod.ts";
import { trimEndOf } from "../limits/trim_end.ts";

/** The longest reason that is shown, in characters. */
const LENGTH_MAX = 300;
/** Shorter secrets are parts of ordinary words. */
const SECRET_LENGTH_MIN = 4;

/**
 * Why a server refuses, in its own words, from `X-Error-Message`: `HUB-REASON`.
 *
 * The text is a stranger's: control characters and line ends become blanks, secrets that it repeats are left out, and
 * what is too long is cut.
 *
 * @param options `secrets`: what must not be repeated, such as the token that was sent
 * @returns undefined when the server says nothing
 */
export function serverReason(
  response: HttpResponse,
  options: { readonly secrets: readonly string[] },
): string | undefined {
  let text = response.headers.get("x-error-message") ?? "";
  for (const secret of options.secrets) {
    if (secret.length >= SECRET_LENGTH_MIN) text = text.replaceAll(secret, "***");
  }
  // The sentence goes on after it.
  const plain = trimEndOf(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim(), ".: ");
  if (plain === "") return undefined;
  if (plain.length <= LENGTH_MAX) return plain;
  // Half of a pair of surrogates is not text.
  return `${plain.slice(0, LENGTH_MAX - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
