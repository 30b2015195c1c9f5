import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clearUnixPath } from '../network/unix-path.js';
import { isLoopback } from '../config/loopback.js';
import { type AdminConfig, formatAddress } from '../config/snapshot.js';
import { escapeControls } from '../observe/escape-text.js';
import { hostAllowed } from './host-allowed.js';
import type { LiveStats } from './live/stats.js';
import { CONTENT_SECURITY_POLICY, livePageFile } from './live-page.js';
import type { CertStatus, ClusterStatus, ListenerStatus } from './status.js';

/** What the admin port shows and does, handed in by the server, or by the supervisor for all workers. Only `setLogLevel` and `drain` change anything. */
export interface AdminSource {
  /** False while starting and while draining. */
  ready(): boolean;
  /** Prometheus text and its content type. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  /** Counters as the live page reads them. */
  stats(): LiveStats | Promise<LiveStats>;
  /** The configuration in force. */
  configDump(): unknown;
  /** Clusters with their hosts as they are now. */
  clusters(): readonly ClusterStatus[] | Promise<readonly ClusterStatus[]>;
  /** Listeners with the addresses they are bound to. */
  listeners(): readonly ListenerStatus[] | Promise<readonly ListenerStatus[]>;
  /** Certificates in force. */
  certs(): readonly CertStatus[] | Promise<readonly CertStatus[]>;
  /** The least important level that the process log still writes. */
  logLevel(): string;
  /** @returns false if there is no such level */
  setLogLevel(level: string): boolean;
  /** Begins to stop the process gracefully. */
  drain(): void;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

type Page = (query: URLSearchParams) => Reply | Promise<Reply>;
type Method = 'GET' | 'POST';

const MOST_CONNECTIONS = 64;
const LARGEST_HEADERS = 8 * 1024;
const TIMEOUT_MS = 5_000;
/** Permissions of a unix socket. */
const OWN_USER = 0o600;

/**
 * State over HTTP: small limits, and only for callers that use a name of this machine, so that a page in
 * somebody's browser can't reach it through a name of its own. GET never changes anything; what does is POST,
 * and that and the live page are for callers on this machine only, whatever the configuration allows.
 */
export class AdminServer {
  private readonly server: Server;
  private readonly pages: Readonly<Record<Method, ReadonlyMap<string, Page>>>;

  constructor(
    private readonly config: AdminConfig,
    source: AdminSource,
  ) {
    this.pages = { GET: readingPages(source), POST: changingPages(source) };
    this.server = createServer(
      {
        maxHeaderSize: LARGEST_HEADERS,
        requestTimeout: TIMEOUT_MS,
        headersTimeout: TIMEOUT_MS,
        keepAliveTimeout: TIMEOUT_MS,
      },
      (request, response) => void this.answer(request, response),
    );
    this.server.maxConnections = MOST_CONNECTIONS;
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Starts to listen and says where. @throws Error if the address can't be bound */
  async start(): Promise<string> {
    const { address } = this.config;
    const { host, port, path } = address;
    if (path !== undefined) await clearUnixPath(path);
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(path === undefined ? { host, port } : { path }, () => {
        this.server.removeListener('error', reject);
        this.server.on('error', () => {});
        resolve();
      });
    });
    if (path !== undefined) {
      chmodSync(path, OWN_USER);
      return formatAddress(address);
    }
    const bound = this.server.address() as AddressInfo;
    return formatAddress({ host: bound.address, port: bound.port });
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    let reply: Reply;
    try {
      reply = await this.replyTo(request, path);
    } catch (error) {
      reply = json(500, { error: error instanceof Error ? error.message : String(error) });
    }
    request.resume();
    response.writeHead(reply.status, {
      'content-type': reply.type,
      'content-length': Buffer.byteLength(reply.body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      ...(reply.status === 405 && { allow: this.methodsOf(path).join(', ') }),
      // A body nobody asked for is not read to its end.
      ...(request.method !== 'GET' && { connection: 'close' }),
    });
    response.end(reply.body);
  }

  private replyTo(request: IncomingMessage, path: string): Reply | Promise<Reply> {
    if (!hostAllowed(request.headers, this.config)) {
      return json(403, { error: 'the Host or Origin header names another machine' });
    }
    const { method, url } = request;
    const methods = this.methodsOf(path);
    if (!methods.some((allowed) => allowed === method)) {
      return json(405, { error: `only ${methods.join(' and ')}` });
    }
    const query = new URLSearchParams((url ?? '').slice(path.length + 1));
    const page = this.pages[method as Method].get(path);
    if (page !== undefined && method === 'GET') return page(query);
    if (!isLocal(request)) return json(403, { error: 'only for callers on this machine' });
    return page === undefined ? this.file(path) : page(query);
  }

  private async file(path: string): Promise<Reply> {
    const file = await livePageFile(path);
    if (file === null) {
      return json(404, {
        error: 'no such page',
        pages: ['/', ...new Set([...this.pages.GET.keys(), ...this.pages.POST.keys()])],
      });
    }
    return { status: 200, type: `${file.type}; charset=utf-8`, body: file.text };
  }

  /** GET for whatever is not known to be something else. */
  private methodsOf(path: string): readonly Method[] {
    const both: readonly Method[] = ['GET', 'POST'];
    const known = both.filter((method) => this.pages[method].has(path));
    return known.length === 0 ? ['GET'] : known;
  }
}

function readingPages(source: AdminSource): ReadonlyMap<string, Page> {
  return new Map<string, Page>([
    ['/ready', () => (source.ready() ? plain(200, 'ready\n') : plain(503, 'not ready\n'))],
    ['/stats', async () => json(200, await source.stats())],
    [
      '/stats/prometheus',
      () => source.metrics().then(({ type, text }) => ({ status: 200, type, body: text })),
    ],
    ['/config_dump', async () => json(200, await source.configDump())],
    ['/clusters', async () => json(200, await source.clusters())],
    ['/listeners', async () => json(200, await source.listeners())],
    ['/certs', async () => json(200, await source.certs())],
    ['/logging', () => json(200, { level: source.logLevel() })],
  ]);
}

function changingPages(source: AdminSource): ReadonlyMap<string, Page> {
  return new Map<string, Page>([
    [
      '/logging',
      (query) => {
        const level = query.get('level');
        if (level === null || !source.setLogLevel(level)) {
          return json(400, {
            error: 'no such level; ?level= is one of trace, debug, info, warn, error, fatal',
          });
        }
        return json(200, { level });
      },
    ],
    [
      '/drain',
      () => {
        // After the answer is out: draining ends with this port.
        setImmediate(() => source.drain());
        return json(202, { draining: true });
      },
    ],
  ]);
}

/** Whether the caller is on this machine, whatever name it used. A unix socket has no address. */
function isLocal(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress;
  return address === undefined || isLoopback(address.replace(/^::ffff:/, ''));
}

function plain(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function json(status: number, value: unknown): Reply {
  return {
    status,
    type: 'application/json; charset=utf-8',
    body: `${escapeControls(JSON.stringify(value, null, 2))}\n`,
  };
}
