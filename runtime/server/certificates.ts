import type { ClusterTlsConfig, ListenerTlsConfig, Snapshot } from '../config/snapshot.js';
import type { ClientTlsContext } from '../network/tls/client-context.js';
import type { TlsSettings } from '../network/tls/tls-acceptor.js';
import type { CertificateFacts } from '../observe/certificate-facts.js';
import type { CertificateStats } from '../observe/certificate-stats.js';
import type { Logger } from '../observe/logger.js';
import { FileWatch } from './file-watch.js';
import { loadClusterTls, loadListenerTls, type Secured, tlsFiles } from './load-tls.js';

/** The certificates of one configuration, by the names of listeners and clusters. */
export interface LoadedCertificates {
  readonly listeners: ReadonlyMap<string, Secured<TlsSettings>>;
  readonly clusters: ReadonlyMap<string, Secured<ClientTlsContext>>;
}

/** Who uses the certificates. */
export interface CertificateUsers {
  secureListener(name: string, settings: TlsSettings): void;
  secureCluster(name: string, context: ClientTlsContext): void;
}

/** Somebody with a `tls` section. */
interface Owner {
  readonly files: readonly string[];
  /** Reads the files again, and has what they hold used if it can be. */
  reload(): readonly CertificateFacts[];
  certificates: readonly CertificateFacts[];
}

const DAY_MS = 86_400_000;
/** A certificate and its key change together, so they are read together: after so many ms. */
const TOGETHER_MS = 10;
/** So soon before a certificate expires it is complained about. */
const SOON_MS = 7 * DAY_MS;

/** @throws Error naming owner and file if one can't be used */
export function loadCertificates(snapshot: Pick<Snapshot, 'listeners' | 'clusters'>): LoadedCertificates {
  const listeners = new Map<string, Secured<TlsSettings>>();
  const clusters = new Map<string, Secured<ClientTlsContext>>();
  for (const listener of snapshot.listeners) {
    if (listener.tls !== null) listeners.set(listener.name, loadListenerTls(listener, listener.tls));
  }
  for (const cluster of snapshot.clusters) {
    if (cluster.tls !== null) clusters.set(cluster.name, loadClusterTls(cluster, cluster.tls));
  }
  return { listeners, clusters };
}

/**
 * The certificates in force. Their files are watched: what changes is used for the next handshake if it can be
 * used at all, and connections that are open stay.
 */
export class Certificates {
  private owners: readonly Owner[] = [];
  private watches: readonly FileWatch[] = [];
  /** Files that changed, until all that changed with them are told. */
  private changed = new Set<string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly users: CertificateUsers,
    private readonly stats: CertificateStats,
    private readonly logger: Logger,
    private readonly watched: boolean,
  ) {}

  /** Of a configuration that is in force from now on. */
  take({ listeners, clusters }: Pick<Snapshot, 'listeners' | 'clusters'>, loaded: LoadedCertificates): void {
    this.close();
    const ofListeners = listeners.flatMap((listener) => {
      const { name, tls } = listener;
      const known = loaded.listeners.get(name);
      if (tls === null || known === undefined) return [];
      return [
        owner(
          tls,
          known,
          () => loadListenerTls(listener, tls),
          (use) => this.users.secureListener(name, use),
        ),
      ];
    });
    const ofClusters = clusters.flatMap((cluster) => {
      const { name, tls } = cluster;
      const known = loaded.clusters.get(name);
      if (tls === null || known === undefined) return [];
      return [
        owner(
          tls,
          known,
          () => loadClusterTls(cluster, tls),
          (use) => this.users.secureCluster(name, use),
        ),
      ];
    });
    this.owners = [...ofListeners, ...ofClusters];
    this.tell();
    if (this.watched) this.watch();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.changed.clear();
    for (const watch of this.watches) watch.close();
    this.watches = [];
  }

  private watch(): void {
    const files = new Set(this.owners.flatMap((one) => one.files));
    this.watches = [...files].map((file) => {
      const watch = new FileWatch(
        file,
        () => this.onChange(file),
        (error) => this.logger.warn({ file, reason: error.message }, 'not watched, SIGHUP reads it again'),
      );
      watch.start();
      return watch;
    });
  }

  private onChange(file: string): void {
    this.changed.add(file);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.reload();
    }, TOGETHER_MS).unref();
  }

  private reload(): void {
    const { changed } = this;
    this.changed = new Set();
    for (const one of this.owners) {
      const file = one.files.find((candidate) => changed.has(candidate));
      if (file === undefined) continue;
      try {
        const before = JSON.stringify(one.certificates);
        one.certificates = one.reload();
        this.stats.reloads++;
        if (JSON.stringify(one.certificates) === before) continue;
        const [first] = one.certificates;
        this.logger.info({ owner: first?.owner, file, serial: first?.serial }, 'certificates replaced');
      } catch (error) {
        this.stats.failures++;
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.error({ reason }, 'certificates not replaced, the old ones stay');
      }
    }
    this.tell();
  }

  private tell(): void {
    this.stats.certificates = this.owners.flatMap((one) => one.certificates);
    const soon = Date.now() + SOON_MS;
    for (const { owner: of, file, subject, validTo } of this.stats.certificates) {
      if (validTo > soon) continue;
      const when = new Date(validTo).toISOString();
      this.logger.warn({ owner: of, file, subject, when }, 'a certificate has expired, or will soon');
    }
  }
}

function owner<Use>(
  tls: ListenerTlsConfig | ClusterTlsConfig,
  { certificates }: Secured<Use>,
  load: () => Secured<Use>,
  hand: (use: Use) => void,
): Owner {
  return {
    files: tlsFiles(tls),
    certificates,
    reload() {
      const fresh = load();
      hand(fresh.use);
      return fresh.certificates;
    },
  };
}
