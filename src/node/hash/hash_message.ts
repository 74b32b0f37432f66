/** What a thread that hashes is sent. */
export type HashOrder =
  | {
      readonly kind: "begin";
      readonly algorithm: HashAlgorithm;
      /** What is hashed before all pieces. */
      readonly prefix: string;
      /** Where the pieces lie. */
      readonly shared: SharedArrayBuffer;
    }
  | { readonly kind: "piece"; readonly start: number; readonly end: number }
  | { readonly kind: "end" };

/** What it answers: that it has hashed a piece, whose place may be filled again, or the hash of all. */
export type HashAnswer =
  | { readonly kind: "hashed" }
  | { readonly kind: "digest"; readonly hex: string };

/** A hash that files are known by. */
export type HashAlgorithm = "sha1" | "sha256";
