import { relativePlaces } from "./relative_places.ts";

/** A shorter text would be found by accident. */
const SECRET_LENGTH_MIN = 6;
const REPLACEMENT = "[token]";

/** What looks like a token of the hub; `hf_transfer` is a library. */
const HUB_TOKEN_REGEXP = /hf_(?!transfer\b)[A-Za-z0-9]{6,}/g;
/** The value of an `Authorization` header, in a header, in JSON, in JSON within JSON, in a list of pairs. */
const AUTHORIZATION_REGEXP =
  /((?:proxy-)?authorization\\*["']?\s*[:=,]\s*\\*["']?)(?!(?:(?:bearer|basic|token)\s+)?\[token\])((?:bearer|basic|token)\s+)?[^\s"'\\,;}\]]+/gi;
const BEARER_REGEXP = /(bearer\s+)(?!\[token\])[\w.~+/=-]{6,}/gi;

/** Names of variables whose values are secrets; `TOKENIZERS_PARALLELISM` only sounds like one. */
const SECRET_NAME_REGEXP =
  /TOKEN(?!IZERS)|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|_AUTH$/i;

/** Whether a variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME_REGEXP.test(name);
}

/** An environment without the variables that hold secrets. */
export function withoutSecrets<Value>(env: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSecretName(name)));
}

/** Options of {@linkcode redactSecrets}. */
export interface RedactSecretsOptions {
  /** Whether also what only looks like a secret goes. @default {true} */
  readonly isByLook?: boolean | undefined;
}

/**
 * Removes secrets from a text before it is written anywhere: the run's own tokens in the forms in which they travel, whatever
 * looks like a token of the hub, and the values of `Authorization`. `HUB-TOKEN-SECRET` is about subjects; this is the
 * harness's own door.
 *
 * @example
 * ```ts
 * import { redactSecrets } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(redactSecrets("Authorization: Bearer s3cr3t-value", []), "Authorization: Bearer [token]");
 * ```
 */
export function redactSecrets(
  text: string,
  secrets: readonly string[],
  { isByLook = true }: RedactSecretsOptions = {},
): string {
  const forms = secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .toSorted((one, other) => other.length - one.length);
  const safe = forms.reduce((before, form) => before.replaceAll(form, REPLACEMENT), text);
  if (!isByLook) return safe;
  return safe
    .replaceAll(HUB_TOKEN_REGEXP, REPLACEMENT)
    .replaceAll(AUTHORIZATION_REGEXP, `$1$2${REPLACEMENT}`)
    .replaceAll(BEARER_REGEXP, `$1${REPLACEMENT}`);
}

/** How a value is redacted. */
export interface RedactValueOptions extends RedactSecretsOptions {
  /** Tokens that must not be written. */
  readonly secrets: readonly string[];
  /** Fields that are left as they are: names that are compared, and hold nothing from outside. */
  readonly keptKeys: ReadonlySet<string>;
  /** Whether paths of this machine stay as they are, as in data that is compared byte by byte. @default {false} */
  readonly arePlacesKept?: boolean;
}

/**
 * Removes secrets from every text and every name of a field in plain data, as {@linkcode redactSecrets} does from one text, and
 * makes paths of this machine relative.
 */
export function redactValue<Value extends object>(
  value: Value,
  { secrets, keptKeys, isByLook, arePlacesKept = false }: RedactValueOptions,
): Value {
  const clean = (text: string) => {
    const safe = redactSecrets(text, secrets, { isByLook });
    return arePlacesKept ? safe : relativePlaces(safe);
  };
  const redact = (inner: unknown): unknown => {
    if (typeof inner === "string") return clean(inner);
    if (Array.isArray(inner)) return inner.map(redact);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, field]) => [
        clean(key),
        keptKeys.has(key) ? field : redact(field),
      ]),
    );
  };
  return redact(value) as Value;
}
