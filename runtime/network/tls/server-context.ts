import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { alternativeNames } from './alternative-names.js';
import {
  contextOptions,
  fingerprintOf,
  type KeyPair,
  readCertificates,
  type TlsVersion,
} from './key-pair.js';

/** What a listener shows callers, and asks of them. */
export interface ServerTlsOptions {
  /** At least one. The first is for callers that ask for no name, or for one that none has. */
  readonly certificates: readonly ServerCertificate[];
  /** Application protocols in order of preference; none: callers may say what they like. */
  readonly alpn: readonly string[];
  readonly minVersion: TlsVersion;
  readonly clientCertificate: 'none' | 'optional' | 'required';
  /** PEM of the authorities that callers' certificates are verified by. */
  readonly ca: string | null;
}

export interface ServerCertificate extends KeyPair {
  /** Names it is shown for, as callers ask (SNI), `*.` for one label; null: those in it. */
  readonly serverNames: readonly string[] | null;
}

/**
 * The certificates and keys of a listener, checked and ready for use. It never changes: certificates are
 * replaced by handing a listener another one.
 */
export class ServerTlsContext {
  /** The same for the same certificates, keys and settings. */
  readonly fingerprint: string;

  private readonly byName = new Map<string, SecureContext>();
  private readonly options: TlsOptions;

  /** @throws Error if a certificate or key can't be used */
  constructor(private readonly settings: ServerTlsOptions) {
    const { certificates, ca, minVersion, alpn, clientCertificate } = settings;
    this.fingerprint = fingerprintOf(settings);
    if (ca !== null) readCertificates(ca);
    for (const certificate of [...certificates].reverse()) {
      const made = createSecureContext(
        contextOptions({ keyPair: certificate, ca, minVersion }, this.fingerprint),
      );
      // The first that has a name goes first, so it is entered last.
      for (const name of namesOf(certificate)) this.byName.set(name.toLowerCase(), made);
    }
    this.options = {
      ...contextOptions({ keyPair: certificates[0]!, ca, minVersion }, this.fingerprint),
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      requestCert: clientCertificate !== 'none',
      rejectUnauthorized: clientCertificate === 'required',
      SNICallback: (name, done) => done(null, this.choose(name)),
    };
  }

  /**
   * What turns accepted sockets, given to it as `connection` events, into secured ones.
   *
   * @param onSecured also for callers whose certificate is not authorized, unless it is required
   */
  makeServer(onSecured: (socket: TLSSocket) => void): Server {
    return createServer(this.options, onSecured);
  }

  /** Why a caller may not stay after all; null: it may. */
  objection(socket: TLSSocket): string | null {
    if (this.settings.clientCertificate === 'none' || socket.authorized) return null;
    if (socket.getPeerX509Certificate() === undefined && this.settings.clientCertificate === 'optional') {
      return null;
    }
    return `its certificate is not accepted: ${String(socket.authorizationError)}`;
  }

  /** Without one of that name the default is shown. */
  private choose(name: string): SecureContext | undefined {
    const asked = name.toLowerCase();
    const dot = asked.indexOf('.');
    return this.byName.get(asked) ?? (dot < 0 ? undefined : this.byName.get(`*${asked.slice(dot)}`));
  }
}

function namesOf({ certificate, serverNames }: ServerCertificate): readonly string[] {
  return serverNames ?? alternativeNames(new X509Certificate(certificate).subjectAltName);
}
