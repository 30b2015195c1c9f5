/** The service of callers that must not notice what others do. */
export const OTHERS = [['service', 'com.demo.Other:1.0']] as const;

/** Two services, each with a cluster and an upstream of its own. @param listener further keys, as YAML lines */
export function twoServices(echo: number, other: number, listener: readonly string[] = []): string {
  const cluster = (name: string, port: number): string =>
    `  - { name: ${name}, hosts: [{ address: '127.0.0.1:${port}' }], max_connections: 1 }`;
  const route = (service: string, name: string): string =>
    `          - { match: { service: '${service}' }, route: { cluster: ${name}, timeout: 60s } }`;
  return [
    'listeners:',
    '  - name: test',
    '    address: 127.0.0.1:0',
    '    protocol: bolt',
    '    route_config: services',
    ...listener.map((line) => `    ${line}`),
    'route_configs:',
    '  - name: services',
    '    virtual_hosts:',
    '      - name: all',
    "        domains: ['*']",
    '        routes:',
    route('com.demo.Echo:1.0', 'echo'),
    route('com.demo.Other:1.0', 'other'),
    'clusters:',
    cluster('echo', echo),
    cluster('other', other),
    'admin: { address: 127.0.0.1:0 }',
    '',
  ].join('\n');
}
