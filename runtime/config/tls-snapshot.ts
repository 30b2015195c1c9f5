import type { StringMatch } from './route-snapshot.js';

/**
 * How connections are secured. Paths are absolute; what stands in the files is read by server/load-tls.ts and
 * never becomes part of a snapshot.
 */
export interface ListenerTlsConfig {
  /** At least one; the first is the default. */
  readonly certificates: readonly CertificateConfig[];
  readonly minVersion: TlsMinVersion;
  /** In order of preference; none: callers may say what they like. */
  readonly alpn: readonly string[];
  readonly clientCertificate: 'none' | 'optional' | 'required';
  /** Authorities that callers' certificates are verified by; null: nobody is asked for one. */
  readonly trustedCa: string | null;
  /** Callers' certificates need a name that one of them matches. Empty: any name will do. */
  readonly names: readonly StringMatch[];
  /** Whether callers may speak plain text as well. */
  readonly allowPlaintext: boolean;
  /** ms */
  readonly handshakeTimeout: number;
  /** Handshakes at work at a time. */
  readonly maxHandshakes: number;
}

export interface ClusterTlsConfig {
  /** Our own, for hosts that ask for one. */
  readonly certificate: KeyPairConfig | null;
  readonly minVersion: TlsMinVersion;
  readonly alpn: readonly string[];
  /** The name that hosts are asked for; null: their own. */
  readonly sni: string | null;
  /** null: the authorities that Node comes with. */
  readonly trustedCa: string | null;
  /** Hosts' certificates need a name that one of them matches. Empty: the name asked for. */
  readonly names: readonly StringMatch[];
  /** false: certificates are not looked at. */
  readonly verify: boolean;
}

/** Files in PEM. */
export interface KeyPairConfig {
  /** The certificate, and those between it and the authority. */
  readonly chain: string;
  readonly privateKey: string;
  /** Holds what the key is encrypted with; null: it is not. */
  readonly passwordFile: string | null;
}

export interface CertificateConfig extends KeyPairConfig {
  /** Shown to callers that ask for one of them; null: the names in the certificate. */
  readonly serverNames: readonly string[] | null;
}

export type TlsMinVersion = 'TLSv1.2' | 'TLSv1.3';
