import { connect } from 'node:net';
import { OTHERS, twoServices } from '../abuse/two-services.js';
import { freePort } from '../../support/free-port.js';
import { pause, type Result, scenario } from '../scenario.js';
import { asked, mostAtOnce } from './most-at-once.js';
import { replaceConfig, signal } from './versions.js';

const CALLERS = 8;
/** Half of it is for asking callers to leave, one after the other. */
const DRAIN_S = 8;

/**
 * E2. One of two listeners gets other filters, other limits, another port, and goes: callers of the other one
 * never notice, its own finish what is under way and are asked to leave only when it moves or goes, not all at
 * once.
 */
export async function listenerChange(seed: number): Promise<Result> {
  const [first, second] = [await freePort(), await freePort()];
  const config = (upstream: number, changed: readonly string[] | null, port: number): string => {
    const services = `${twoServices(upstream, upstream)}drain_timeout: ${DRAIN_S}s\n`;
    if (changed === null) return services;
    const listener = [
      '  - name: changing',
      `    address: 127.0.0.1:${port}`,
      '    protocol: bolt',
      '    route_config: services',
      ...changed.map((line) => `    ${line}`),
    ];
    return services.replace('route_configs:', `${listener.join('\n')}\nroute_configs:`);
  };
  let upstreamPort = 0;
  const yaml = (port: number): string => config((upstreamPort = port), [], first);
  return scenario('E2 a listener changes', seed, { yaml }, async (stage) => {
    const { sidecar, steady, verdict, check, atMost, notes } = stage;
    const others = steady(CALLERS, { headers: OTHERS, inFlight: 4, pause: 2 });
    const own = { pause: 10, port: first };
    const callers = steady(CALLERS, own);
    const take = async (changed: readonly string[] | null, port: number): Promise<void> => {
      await pause(300);
      replaceConfig(sidecar, config(upstreamPort, changed, port));
      check(await signal(sidecar, 'SIGHUP', /"configuration reloaded"/), 'a change was not taken');
      await pause(300);
    };
    const rewrite = 'filters: [{ name: header_rewrite, config: { request: { set: { via: us } } } }]';
    await take([rewrite], first);
    await take(['max_frame: 1MiB', 'deadlines: { frame: 5s }', 'max_connections: 100'], first);
    const early = asked(callers);
    check(early === 0, `${early} callers were asked to leave though the listener stayed where it was`);
    // It moves: callers are asked to leave, and find it at its new port.
    for (const caller of callers) caller.moveTo(second);
    await take([], second);
    const most = await mostAtOnce(callers, () => asked(callers) === CALLERS, DRAIN_S * 1_000);
    const moved = asked(callers);
    check(moved === CALLERS, `${moved} of ${CALLERS} callers were asked to leave`);
    atMost('callers asked to leave within 100 ms', most, '', CALLERS / 2);
    check(
      callers.every(({ refused }) => refused === 0),
      'the new port was not there when the old one went',
    );
    check(await refuses(first), 'the old port still takes connections');
    await Promise.all(callers.map((caller) => caller.stop()));
    await take(null, 0);
    check(await refuses(second), 'the port of a listener that is gone still takes connections');
    const noticed = others.filter(({ cut, goaways, errors }) => cut + goaways + errors.size > 0).length;
    check(noticed === 0, `${noticed} callers of the other listener noticed`);
    check(verdict.localError + verdict.closed === 0, 'a request failed');
    notes.push('4 changes');
  });
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
