import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, memoryOf, startNode } from './child.js';
import { ROOT } from './root.js';

export interface SidecarOptions {
  /** What stands under `protocol` of the listener. */
  protocol?: string;
  /** 127.0.0.1 ports of the hosts of the only cluster; none: no host. */
  upstreams: readonly number[];
  /** Further keys of the cluster, as YAML lines without indentation. */
  cluster?: readonly string[];
  /** Further keys of the listener. */
  listener?: readonly string[];
  /** Modules with further protocols, absolute. */
  codecs?: readonly string[];
  /** What the only route takes, as YAML; `{ service: 'com.demo.Echo:1.0' }` if left out. */
  match?: string;
  /** The route's timeout. */
  timeout?: string;
  /** What else the route says, such as `retry: { num_retries: 2 }`. */
  route?: readonly string[];
  /** Routes before it, a line of YAML each. */
  routes?: readonly string[];
  /** Further clusters, as YAML; each becomes an item of the list. */
  clusters?: readonly string[];
  /** Further keys of the file. */
  top?: readonly string[];
}

/** How the process is started. */
export interface Launch {
  /** For node. */
  nodeArgs?: string[];
  /** Beside this process's. */
  env?: NodeJS.ProcessEnv;
  /** How many files it may open: `ulimit -n`. */
  openFiles?: number;
  /** Whether files are read again when they change. */
  watch?: boolean;
}

/** A proxy in a process of its own. */
export interface Sidecar extends Child {
  /** The configuration it runs with. */
  readonly file: string;
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** Of the admin port, on 127.0.0.1. */
  readonly adminPort: number;
  /** The sum of a metric over all label sets, by the end of its name. */
  metric(name: string): Promise<number>;
  /** Several of them, as of the same moment. */
  metrics(...names: string[]): Promise<number[]>;
  memory(): Promise<{ rss: number; highest: number }>;
}

/** The configuration that {@link startSidecar} runs: one listener, one route, one cluster. */
export function sidecarYaml(options: SidecarOptions): string {
  const lines = [
    'listeners:',
    '  - name: test',
    '    address: 127.0.0.1:0',
    `    protocol: ${options.protocol ?? 'bolt'}`,
    '    route_config: services',
    ...(options.listener ?? []).map((line) => `    ${line}`),
    'route_configs:',
    '  - name: services',
    '    virtual_hosts:',
    '      - name: all',
    "        domains: ['*']",
    '        routes:',
    ...(options.routes ?? []).map((line) => `          ${line}`),
    `          - match: ${options.match ?? "{ service: 'com.demo.Echo:1.0' }"}`,
    `            route: { ${['cluster: echo', `timeout: ${options.timeout ?? '60s'}`, ...(options.route ?? [])].join(', ')} }`,
    'clusters:',
    '  - name: echo',
    `    hosts: [${options.upstreams.map((port) => `{ address: '127.0.0.1:${port}' }`).join(', ')}]`,
    ...(options.cluster ?? []).map((line) => `    ${line}`),
    ...(options.clusters ?? []).map((cluster) => `  - ${cluster}`),
    'admin: { address: 127.0.0.1:0 }',
    ...(options.top ?? []),
    `codecs: [${(options.codecs ?? []).map((file) => `'${file}'`).join(', ')}]`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Starts `proto-frame-proxy` as built in runtime/dist and resolves once it listens. */
export function startSidecar(
  options: SidecarOptions,
  nodeArgs: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Sidecar> {
  return launchSidecar(sidecarYaml(options), { nodeArgs, env });
}

/** As {@link startSidecar}, with any configuration whose first listener is `test` and that has an admin port. */
export async function launchSidecar(yaml: string, launch: Launch = {}): Promise<Sidecar> {
  const folder = mkdtempSync(join(tmpdir(), 'proto-frame-sidecar-'));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', clean);
  const file = join(folder, 'sidecar.yaml');
  writeFileSync(file, yaml);
  const { nodeArgs, env, openFiles, watch = false } = launch;
  const main = join(ROOT, 'runtime/dist/server/main.js');
  const args = ['-c', file, ...(watch ? [] : ['--no-watch'])];
  const child = startNode(main, args, nodeArgs, env, openFiles);
  void child.ended.then(() => {
    process.off('exit', clean);
    clean();
  });
  const [, port] = await child.line(LISTENING, START_MS);
  const [, adminPort] = await child.line(ADMIN, START_MS);
  const metrics = async (...names: string[]): Promise<number[]> => {
    const text = await (await fetch(`http://127.0.0.1:${adminPort}/stats/prometheus`)).text();
    return names.map((name) => sumOf(text, name));
  };
  return {
    ...child,
    file,
    port: Number(port),
    adminPort: Number(adminPort),
    metric: async (name) => (await metrics(name))[0]!,
    metrics,
    memory: () => memoryOf(child.pid),
  };
}

/** All samples whose name ends so, added up. */
function sumOf(text: string, name: string): number {
  const samples = text.split('\n').filter((line) => new RegExp(`^\\w*${name}(\\{| )`).test(line));
  if (samples.length === 0) throw new Error(`no metric ends in ${name}`);
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** How long it may take to start where many tests share the machine, in ms. */
const START_MS = 60_000;
/** What the sidecar says once a listener, and the admin port, is bound. */
const LISTENING = /^test listens on 127\.0\.0\.1:(\d+)/;
const ADMIN = /^admin listens on 127\.0\.0\.1:(\d+)/;
