import type { XProtocol } from '@proto-frame/api';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecured, type ConnectionOptions } from 'node:tls';
import { pino } from 'pino';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import type { Snapshot } from '../../../runtime/config/snapshot.js';
import { BUILTIN_FILTERS } from '../../../runtime/server/builtin-filters.js';
import { Server } from '../../../runtime/server/server.js';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';
import { addressOf, startHost, TestCaller, type TestHost } from './peers.js';

/** Whole servers in this process, with their hosts and callers; {@link cleanup} ends them all. */
export class Harness {
  readonly folder = mkdtempSync(join(tmpdir(), 'server-'));
  private readonly cleanups: (() => unknown)[] = [];

  /** @param codecs of the protocols that configurations may name */
  constructor(private readonly codecs: readonly XProtocol[] = [handWrittenBolt]) {
    process.once('exit', () => rmSync(this.folder, { recursive: true, force: true }));
  }

  async cleanup(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }

  snapshot(yaml: string): Snapshot {
    return checkConfig(parseConfig(join(this.folder, 'test.yaml'), yaml), {
      protocols: this.codecs.map(({ name }) => name),
      filters: new Map(BUILTIN_FILTERS.map((filter) => [filter.name, filter])),
    });
  }

  async server(yaml: string): Promise<{ server: Server; address: (name: string) => string }> {
    const server = await Server.start(this.snapshot(yaml), this.codecs, {
      logger: pino({ level: 'silent' }),
    });
    this.cleanups.push(() => server.close());
    const address = (name: string): string =>
      server.boundAddresses.find((bound) => bound.name === name)?.address ?? `no listener ${name}`;
    return { server, address };
  }

  async host(name: string, port = 0, options: Parameters<typeof startHost>[2] = {}): Promise<TestHost> {
    const started = await startHost(name, port, options);
    this.cleanups.push(() => started.stop());
    return started;
  }

  async caller(address: string): Promise<TestCaller> {
    return this.keep(await TestCaller.connect(address));
  }

  /** A caller over TLS. */
  async securedCaller(address: string, options: ConnectionOptions): Promise<TestCaller> {
    const to: ConnectionOptions = { ...addressOf(address), ...options };
    return this.keep(await TestCaller.over(connectSecured(to), 'secureConnect'));
  }

  /** Writes a file of the folder that configurations are relative to. */
  file(name: string, contents: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, contents);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  private keep(caller: TestCaller): TestCaller {
    this.cleanups.push(() => caller.end());
    return caller;
  }
}

/** A page of the admin port. */
export async function admin(address: string, page: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${address}${page}`);
  return { status: response.status, text: await response.text() };
}
