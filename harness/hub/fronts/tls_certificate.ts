import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** What a hub's certificate is like, for those who trust its issuer. */
export const CERTIFICATE_KINDS = ["sound", "expired", "another-name", "self-signed"] as const;

/** One kind of certificate. */
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

/** A certificate that a hub can be served with. */
export interface TlsCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** A file with the issuer's own certificate, in PEM. */
  readonly authorityFile: string;
}

const LOOPBACK_NAMES = "DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3,IP:::1";
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/**
 * Makes a certificate for the loopback hosts, and an issuer for it, with the `openssl` of this machine.
 *
 * @param directory where the files go; made when it is absent
 * @returns undefined where there is no `openssl`
 */
export async function makeCertificate(
  directory: string,
  kind: CertificateKind,
): Promise<TlsCertificate | undefined> {
  try {
    return await signCertificate(directory, kind);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function signCertificate(directory: string, kind: CertificateKind): Promise<TlsCertificate> {
  await mkdir(directory, { recursive: true });
  const openssl = (...args: readonly string[]) =>
    promisify(execFile)("openssl", [...args], { cwd: directory });
  const issuer = ["-subj", "/CN=Test Root", "-keyout", "ca.key", "-out", "ca.pem", "-days", "9"];
  await openssl("req", "-x509", ...NEW_KEY, ...issuer);
  const names = kind === "another-name" ? "DNS:hub.test" : LOOPBACK_NAMES;
  await writeFile(join(directory, "names"), `subjectAltName=${names}\n`);
  const subject = ["-subj", "/CN=localhost", "-keyout", "hub.key"];
  if (kind === "self-signed") {
    const own = ["-addext", `subjectAltName=${names}`, "-out", "hub.pem", "-days", "9"];
    await openssl("req", "-x509", ...NEW_KEY, ...subject, ...own);
  } else {
    await openssl("req", ...NEW_KEY, ...subject, "-out", "hub.csr");
    const days = kind === "expired" ? "-1" : "9";
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    await openssl("x509", "-req", "-in", "hub.csr", "-out", "hub.pem", "-days", days, ...signed);
  }
  return {
    key: await readFile(join(directory, "hub.key")),
    cert: await readFile(join(directory, "hub.pem")),
    authorityFile: join(directory, "ca.pem"),
  };
}
