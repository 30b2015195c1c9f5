import { resolve } from 'node:path';
import { buildStringMatch } from './build-routes.js';
import type { ClusterTlsFile, ListenerTlsFile } from './tls-schema.js';
import type { ClusterTlsConfig, KeyPairConfig, ListenerTlsConfig } from './tls-snapshot.js';

type KeyPairFile = NonNullable<ClusterTlsFile['certificate']>;

/** @param directory paths in the file are relative to it */
export function buildListenerTls(
  tls: ListenerTlsFile | undefined,
  directory: string,
): ListenerTlsConfig | null {
  if (tls === undefined) return null;
  const verifies = tls.trusted_ca !== undefined;
  return {
    certificates: tls.certificates.map((one) => ({
      ...buildKeyPair(one, directory),
      serverNames: one.server_names ?? null,
    })),
    minVersion: tls.min_version,
    alpn: tls.alpn_protocols,
    clientCertificate: tls.client_certificate ?? (verifies ? 'required' : 'none'),
    trustedCa: optionalPath(tls.trusted_ca, directory),
    names: tls.match_subject_alt_names.map(buildStringMatch),
    allowPlaintext: tls.allow_plaintext,
    handshakeTimeout: tls.handshake_timeout,
    maxHandshakes: tls.max_handshakes,
  };
}

/** @param directory paths in the file are relative to it */
export function buildClusterTls(tls: ClusterTlsFile | undefined, directory: string): ClusterTlsConfig | null {
  if (tls === undefined) return null;
  return {
    certificate: tls.certificate === undefined ? null : buildKeyPair(tls.certificate, directory),
    minVersion: tls.min_version,
    alpn: tls.alpn_protocols,
    sni: tls.sni ?? null,
    trustedCa: optionalPath(tls.trusted_ca, directory),
    names: tls.match_subject_alt_names.map(buildStringMatch),
    verify: tls.verify,
  };
}

function buildKeyPair(files: KeyPairFile, directory: string): KeyPairConfig {
  return {
    chain: resolve(directory, files.certificate_chain),
    privateKey: resolve(directory, files.private_key),
    passwordFile: optionalPath(files.password_file, directory),
  };
}

function optionalPath(path: string | undefined, directory: string): string | null {
  return path === undefined ? null : resolve(directory, path);
}
