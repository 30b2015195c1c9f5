import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdminConfig, formatAddress } from '../config/snapshot.js';
import { escapeControls } from '../observe/escape-text.js';
import { hostAllowed } from './host-allowed.js';

/** What the admin port shows, handed in by the server. Nothing here changes anything. */
export interface AdminSource {
  /** False while starting and while draining. */
  ready(): boolean;
  /** Prometheus text and its content type. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  /** The configuration in force. */
  configDump(): unknown;
  /** Clusters with their hosts as they are now. */
  clusters(): unknown;
  /** Listeners with the addresses they are bound to. */
  listeners(): unknown;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const MOST_CONNECTIONS = 64;
const LARGEST_HEADERS = 8 * 1024;
const TIMEOUT_MS = 5_000;

/**
 * State over HTTP: GET only, small limits, and only for callers that use a name of this machine, so that a
 * page in somebody's browser can't reach it through a name of its own.
 */
export class AdminServer {
  private readonly server: Server;
  private readonly pages: ReadonlyMap<string, () => Reply | Promise<Reply>>;

  constructor(
    private readonly config: AdminConfig,
    source: AdminSource,
  ) {
    this.pages = new Map<string, () => Reply | Promise<Reply>>([
      ['/ready', () => (source.ready() ? plain(200, 'ready\n') : plain(503, 'not ready\n'))],
      [
        '/stats/prometheus',
        () => source.metrics().then(({ type, text }) => ({ status: 200, type, body: text })),
      ],
      ['/config_dump', () => json(200, source.configDump())],
      ['/clusters', () => json(200, source.clusters())],
      ['/listeners', () => json(200, source.listeners())],
    ]);
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
    const { host, port } = this.config.address;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.removeListener('error', reject);
        this.server.on('error', () => {});
        resolve();
      });
    });
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
    let reply: Reply;
    try {
      reply = await this.replyTo(request);
    } catch (error) {
      reply = json(500, { error: error instanceof Error ? error.message : String(error) });
    }
    request.resume();
    response.writeHead(reply.status, {
      'content-type': reply.type,
      'content-length': Buffer.byteLength(reply.body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(reply.status === 405 && { allow: 'GET' }),
      // A body nobody asked for is not read to its end.
      ...(request.method !== 'GET' && { connection: 'close' }),
    });
    response.end(reply.body);
  }

  private replyTo(request: IncomingMessage): Reply | Promise<Reply> {
    if (!hostAllowed(request.headers, this.config)) {
      return json(403, { error: 'the Host or Origin header names another machine' });
    }
    if (request.method !== 'GET') return json(405, { error: 'only GET' });
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const page = this.pages.get(path);
    return page === undefined ? json(404, { error: 'no such page', pages: [...this.pages.keys()] }) : page();
  }
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
