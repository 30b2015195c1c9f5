import { constants, createHash, X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/** A certificate chain with its private key, as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
  /** Of the key; null: it is not encrypted. */
  readonly passphrase: string | null;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** What both sides make a secure context of. */
export interface ContextMaterial {
  /** null: we show no certificate. */
  readonly keyPair: KeyPair | null;
  /** PEM of the authorities that peers are verified by; null: those that Node knows. */
  readonly ca: string | null;
  readonly minVersion: TlsVersion;
}

/** @param fingerprint sessions are resumed only where it is the same */
export function contextOptions(material: ContextMaterial, fingerprint: string): SecureContextOptions {
  const { keyPair, ca, minVersion } = material;
  return {
    ...(keyPair !== null && { cert: keyPair.certificate, key: keyPair.key }),
    ...(keyPair !== null && keyPair.passphrase !== null && { passphrase: keyPair.passphrase }),
    ...(ca !== null && { ca }),
    minVersion,
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionIdContext: fingerprint.slice(0, 32),
  };
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM file, in its order.
 * @throws Error if there is none, or one can't be read; OpenSSL passes over those in silence
 */
export function readCertificates(pem: string): readonly X509Certificate[] {
  const found = pem.match(PEM_CERTIFICATE) ?? [];
  if (found.length === 0) throw new Error('there is no certificate in it');
  return found.map((text) => new X509Certificate(text));
}

/** What tells apart two sets of certificates, keys and settings. Nothing can be learned of a key from it. */
export function fingerprintOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
