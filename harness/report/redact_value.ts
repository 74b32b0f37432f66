import { redactSecrets, type RedactSecretsOptions } from "../redact_secrets.ts";

/** How a value is redacted. */
export interface RedactValueOptions extends RedactSecretsOptions {
  /** Tokens that must not be written. */
  readonly secrets: readonly string[];
  /** Fields that are left as they are: names that are compared, and hold nothing from outside. */
  readonly keptKeys: ReadonlySet<string>;
}

/** Removes secrets from every text and every name of a field in plain data, as {@linkcode redactSecrets} does from one text. */
export function redactValue<Value extends object>(
  value: Value,
  { secrets, keptKeys, isByLook }: RedactValueOptions,
): Value {
  const clean = (text: string) => redactSecrets(text, secrets, { isByLook });
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
