import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate with its key, as PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** The common name of its subject. */
  readonly name: string;
  /** Subject alternative names: `dns:`, `ip:` (version 4) or `uri:` and the name. */
  readonly sans?: readonly string[];
  /** Who signs it; itself if left out. */
  readonly issuer?: TestCertificate & { readonly name: string };
  /** Whether it may sign others. */
  readonly authority?: boolean;
  /** From when and until when it holds; a day before and ten years after now if left out. */
  readonly from?: Date;
  readonly until?: Date;
}

const DAY_MS = 86_400_000;

/**
 * Makes an X.509 certificate for a new P-256 key: tests need no openssl, and no certificate in the tree can
 * expire. Written by RFC 5280; only what the tests ask for.
 */
export function makeCertificate(options: CertificateOptions): TestCertificate & { readonly name: string } {
  const { name, sans = [], issuer, authority = false } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = issuer === undefined ? privateKey : createPrivateKey(issuer.key);
  const serial = randomBytes(8);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(serial),
    algorithm,
    nameOf(issuer?.name ?? name),
    sequence(
      time(options.from ?? new Date(Date.now() - DAY_MS)),
      time(options.until ?? new Date(Date.now() + 3650 * DAY_MS)),
    ),
    nameOf(name),
    publicKeyOf(publicKey),
    tagged(0xa3, sequence(...extensions(sans, authority))),
  );
  const signature = sign('sha256', body, { key: signer, dsaEncoding: 'der' });
  const der = sequence(body, algorithm, bits(signature));
  return { name, certificate: pem(der), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** An authority, and a certificate of a server on loopback that it signed. */
export function makeServerCertificate(
  name = 'localhost',
  sans: readonly string[] = ['dns:localhost', 'ip:127.0.0.1'],
): { readonly ca: TestCertificate & { readonly name: string }; readonly server: TestCertificate } {
  const ca = makeCertificate({ name: `${name} CA`, authority: true });
  return { ca, server: makeCertificate({ name, sans, issuer: ca }) };
}

const ECDSA_WITH_SHA256 = '06082a8648ce3d040302';
const COMMON_NAME = '0603550403';
const BASIC_CONSTRAINTS = '0603551d13';
const SUBJECT_ALT_NAME = '0603551d11';
/** Of a name in a subjectAltName, by what stands before the colon. */
const NAME_TAGS: Readonly<Record<string, number>> = { dns: 0x82, uri: 0x86, ip: 0x87 };

function extensions(sans: readonly string[], authority: boolean): Buffer[] {
  const constraints = sequence(
    oid(BASIC_CONSTRAINTS),
    tagged(0x01, Buffer.of(0xff)),
    tagged(0x04, sequence(...(authority ? [tagged(0x01, Buffer.of(0xff))] : []))),
  );
  if (sans.length === 0) return [constraints];
  const names = sans.map((san) => {
    const at = san.indexOf(':');
    const value = san.slice(at + 1);
    const bytes = isIPv4(value) ? Buffer.from(value.split('.').map(Number)) : Buffer.from(value, 'latin1');
    return tagged(NAME_TAGS[san.slice(0, at)]!, bytes);
  });
  return [constraints, sequence(oid(SUBJECT_ALT_NAME), tagged(0x04, sequence(...names)))];
}

function nameOf(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(COMMON_NAME), tagged(0x0c, Buffer.from(commonName)))));
}

function publicKeyOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** UTCTime, which ends in 2049. */
function time(date: Date): Buffer {
  return tagged(
    0x17,
    Buffer.from(`${date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '').slice(2)}`),
  );
}

function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tagged(0x30, ...contents);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.of(0), bytes);
}

/** @param hex the whole element */
function oid(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
