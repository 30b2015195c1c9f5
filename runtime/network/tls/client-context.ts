import { isIP } from 'node:net';
import {
  checkServerIdentity,
  type ConnectionOptions,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import { alternativeNames } from './alternative-names.js';
import {
  contextOptions,
  fingerprintOf,
  type KeyPair,
  readCertificates,
  type TlsVersion,
} from './key-pair.js';

/** What the connections to the hosts of a cluster are secured with. */
export interface ClientTlsOptions {
  /** Our own certificate, for hosts that ask for one; null: there is none. */
  readonly keyPair: KeyPair | null;
  /** PEM of the authorities that hosts are verified by; null: those that Node knows. */
  readonly ca: string | null;
  /** The name that is asked for (SNI) and that the certificate has to have; null: the host's own. */
  readonly serverName: string | null;
  /** Whether a host has the right names, by each of them; null: it needs the one asked for. */
  readonly admits: ((name: string) => boolean) | null;
  /** false: anybody can pass for a host. */
  readonly verify: boolean;
  readonly alpn: readonly string[];
  readonly minVersion: TlsVersion;
}

/** Authorities, certificate and key for one cluster's connections, checked and ready for use. It never changes. */
export class ClientTlsContext {
  /** The same for the same certificates, keys and settings. */
  readonly fingerprint: string;

  private readonly secure: SecureContext;

  /** @throws Error if a certificate or key can't be used */
  constructor(private readonly settings: ClientTlsOptions) {
    const { keyPair, ca, serverName, verify, alpn, minVersion } = settings;
    this.fingerprint = fingerprintOf([keyPair, ca, serverName, verify, alpn, minVersion]);
    if (ca !== null) readCertificates(ca);
    this.secure = createSecureContext(contextOptions(settings, this.fingerprint));
  }

  /**
   * What `tls.connect` takes besides the address. No session is ever resumed, so each connection is verified.
   * @param host a name or an IP address; '' for a unix socket
   */
  optionsFor(host: string): ConnectionOptions {
    const { serverName, verify, alpn } = this.settings;
    const name = serverName ?? host;
    return {
      secureContext: this.secure,
      servername: isIP(name) === 0 ? name : '',
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      rejectUnauthorized: verify,
      checkServerIdentity: (_name, certificate) => this.identify(name, certificate),
    };
  }

  private identify(name: string, certificate: PeerCertificate): Error | undefined {
    const { admits } = this.settings;
    if (admits === null) return checkServerIdentity(name, certificate);
    const names = alternativeNames(certificate.subjectaltname);
    if (names.some(admits)) return undefined;
    return new Error(`none of its names is expected: ${names.join(', ') || 'it has none'}`);
  }
}
