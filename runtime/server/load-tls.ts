import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type {
  CertificateConfig,
  ClusterConfig,
  ClusterTlsConfig,
  KeyPairConfig,
  ListenerConfig,
  ListenerTlsConfig,
  StringMatch,
} from '../config/snapshot.js';
import { compileStringMatch } from '../config/string-matcher.js';
import { alternativeNames } from '../network/tls/alternative-names.js';
import { ClientTlsContext } from '../network/tls/client-context.js';
import { type KeyPair, readCertificates } from '../network/tls/key-pair.js';
import { ServerTlsContext } from '../network/tls/server-context.js';
import type { TlsSettings } from '../network/tls/tls-acceptor.js';
import { tlsReason } from '../network/tls/tls-reason.js';
import type { CertificateFacts, CertificateUse } from '../observe/certificate-facts.js';

/** What the files of one `tls` section hold, ready for use, and what is to be told of it. */
export interface Secured<Use> {
  readonly use: Use;
  readonly certificates: readonly CertificateFacts[];
}

const LARGEST_FILE = 1024 * 1024;

/** @throws Error naming listener and file if one can't be used */
export function loadListenerTls(listener: ListenerConfig, tls: ListenerTlsConfig): Secured<TlsSettings> {
  const owner = `listener ${listener.name}`;
  return within(owner, () => {
    const pairs = tls.certificates.map((one) => ({ ...readKeyPair(one), serverNames: one.serverNames }));
    const ca = readAuthorities(tls.trustedCa);
    const context = new ServerTlsContext({
      certificates: pairs,
      alpn: tls.alpn,
      minVersion: tls.minVersion,
      clientCertificate: tls.clientCertificate,
      ca,
    });
    return {
      use: {
        context,
        handshakeTimeout: tls.handshakeTimeout,
        maxHandshakes: tls.maxHandshakes,
        plaintextAfter: tls.allowPlaintext ? listener.deadlines.firstBytes : null,
        admits: compileNames(tls.names),
      },
      certificates: [
        ...tls.certificates.flatMap(({ chain }, i) =>
          factsOf(owner, 'certificate', chain, pairs[i]!.certificate, 1),
        ),
        ...authorityFacts(owner, tls.trustedCa, ca),
      ],
    };
  });
}

/** @throws Error naming cluster and file if one can't be used */
export function loadClusterTls(cluster: ClusterConfig, tls: ClusterTlsConfig): Secured<ClientTlsContext> {
  const owner = `cluster ${cluster.name}`;
  return within(owner, () => {
    const keyPair = tls.certificate === null ? null : readKeyPair(tls.certificate);
    const ca = readAuthorities(tls.trustedCa);
    const context = new ClientTlsContext({
      keyPair,
      ca,
      serverName: tls.sni,
      admits: compileNames(tls.names),
      verify: tls.verify,
      alpn: tls.alpn,
      minVersion: tls.minVersion,
    });
    return {
      use: context,
      certificates: [
        ...(tls.certificate === null
          ? []
          : factsOf(owner, 'certificate', tls.certificate.chain, keyPair!.certificate, 1)),
        ...authorityFacts(owner, tls.trustedCa, ca),
      ],
    };
  });
}

/** The files that a `tls` section names. */
export function tlsFiles(tls: ListenerTlsConfig | ClusterTlsConfig): readonly string[] {
  const pairs: readonly (KeyPairConfig | CertificateConfig)[] =
    'certificates' in tls ? tls.certificates : tls.certificate === null ? [] : [tls.certificate];
  const files = pairs.flatMap(({ chain, privateKey, passwordFile }) => [chain, privateKey, passwordFile]);
  return [...files, tls.trustedCa].filter((file) => file !== null);
}

function compileNames(names: readonly StringMatch[]): ((name: string) => boolean) | null {
  if (names.length === 0) return null;
  const predicates = names.map(compileStringMatch);
  return (name) => predicates.some((matches) => matches(name));
}

function readKeyPair(files: KeyPairConfig): KeyPair {
  const { chain, privateKey, passwordFile } = files;
  const certificate = readPem('certificate_chain', chain);
  const key = readPem('private_key', privateKey);
  const passphrase =
    passwordFile === null ? null : readPem('password_file', passwordFile).replace(/\r?\n$/, '');
  within(`certificate_chain ${chain}`, () => readCertificates(certificate));
  // Together, since only then it shows whether they belong together.
  within(`private_key ${privateKey} with certificate_chain ${chain}`, () =>
    createSecureContext({ cert: certificate, key, ...(passphrase !== null && { passphrase }) }),
  );
  return { certificate, key, passphrase };
}

function readAuthorities(file: string | null): string | null {
  if (file === null) return null;
  const pem = readPem('trusted_ca', file);
  within(`trusted_ca ${file}`, () => readCertificates(pem));
  return pem;
}

function readPem(what: string, file: string): string {
  return within(`${what} ${file}`, () => {
    if (statSync(file).size > LARGEST_FILE) throw new Error('far too large');
    return readFileSync(file, 'utf8');
  });
}

/** Says where an error comes from. No error of OpenSSL's or of the file system shows what a file holds. */
function within<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? tlsReason(error) : String(error)}`);
  }
}

function authorityFacts(owner: string, file: string | null, pem: string | null): CertificateFacts[] {
  return file === null || pem === null ? [] : factsOf(owner, 'trusted_ca', file, pem, Infinity);
}

/** @param most so many of the file's certificates are told of */
function factsOf(
  owner: string,
  use: CertificateUse,
  file: string,
  pem: string,
  most: number,
): CertificateFacts[] {
  return readCertificates(pem)
    .slice(0, most)
    .map((certificate) => ({
      owner,
      use,
      file,
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      names: alternativeNames(certificate.subjectAltName),
      serial: certificate.serialNumber,
      validFrom: timeOf(certificate, 'validFrom'),
      validTo: timeOf(certificate, 'validTo'),
    }));
}

function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ');
}

function timeOf(certificate: X509Certificate, key: 'validFrom' | 'validTo'): number {
  return Date.parse(certificate[key]);
}
