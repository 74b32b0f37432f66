import { readFile } from "node:fs/promises";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";

/** A file of certificates that cannot be used. */
export class CertificateFileError extends Error {
  override readonly name = "CertificateFileError";
  readonly code = "ERR_CERTIFICATE_FILE";
}

/**
 * Trusts the certificates of a file beside those that Node trusts by itself, `NODE_EXTRA_CA_CERTS` included.
 *
 * @param path a file of PEM blocks
 * @throws {CertificateFileError} when it cannot be read or holds no certificate
 */
export async function trustedCertificates(path: string): Promise<SecureContext> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CertificateFileError(`cannot read ${path}`, { cause: error });
  }
  const blocks = pemBlocks(text);
  if (blocks.length === 0) throw new CertificateFileError(`no certificate in ${path}`);
  try {
    return createSecureContext({ ca: [...getCACertificates("default"), ...blocks] });
  } catch (error) {
    throw new CertificateFileError(`a malformed certificate in ${path}`, { cause: error });
  }
}

/** The blocks of certificates of a text, from the line that begins one to the next that ends one. */
function pemBlocks(text: string): string[] {
  const blocks: string[] = [];
  let open: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const isEdge = line.includes("CERTIFICATE-----");
    if (isEdge && line.includes("-----BEGIN ")) open = [line.slice(line.indexOf("-----BEGIN "))];
    else open?.push(line);
    if (open === undefined || !isEdge || !line.includes("-----END ")) continue;
    blocks.push(open.join("\n"));
    open = undefined;
  }
  return blocks;
}
