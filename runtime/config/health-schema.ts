import { isIP } from 'node:net';
import { z } from 'zod';
import { name, percentage, stringMap, text } from './schema-parts.js';
import { address, count, duration } from './units.js';

/** The parts of a cluster's shape that say which hosts there are besides those listed, and whether they are well. */
export const health = {
  dns: z
    .strictObject({
      names: z
        .array(
          z.strictObject({
            name: text
              .regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/, { error: 'expected a DNS name' })
              .describe('each of its addresses is a host'),
            port: count(1, 65_535)
              .optional()
              .describe(
                'of the hosts; left out: the name has SRV records, which have port, weight and priority',
              ),
            weight: count(1, 128).prefault(1),
            priority: count(0, 16).prefault(0),
            locality: z.string().prefault(''),
            metadata: stringMap.prefault({}),
          }),
        )
        .min(1, { error: 'expected at least one name' }),
      servers: z
        .array(
          address(1).refine(({ host }) => isIP(host) !== 0, { error: 'expected an IP address and a port' }),
        )
        .max(16, { error: 'expected at most 16 servers' })
        .prefault([])
        .describe('name servers, such as 10.0.0.2:53; left out: those of the machine, and its hosts file'),
      refresh: duration(100)
        .prefault('30s')
        .describe(
          'between two lookups; sooner where the answer holds for less, not more often than each second',
        ),
    })
    .optional()
    .describe('hosts found by DNS, beside those listed. While lookups fail, the last answer holds'),
  health_check: z
    .strictObject({
      protocol: name
        .optional()
        .describe('whose heartbeat a host has to answer; left out: that it takes a connection is enough'),
      interval: duration(10).prefault('10s'),
      unhealthy_interval: duration(10).optional().describe('for unhealthy hosts; as interval if left out'),
      timeout: duration(1).prefault('2s'),
      unhealthy_after: count(1, 100)
        .prefault(3)
        .describe('failures in a row; what fails the first check of all is unhealthy at once'),
      healthy_after: count(1, 100).prefault(2).describe('successes in a row'),
    })
    .optional()
    .describe('asks every host whether it is well; unhealthy ones get no requests'),
  outlier_detection: z
    .strictObject({
      consecutive_failures: count(0)
        .prefault(5)
        .describe(
          'in a row eject a host: timeouts, broken connections, replies INTERNAL, OVERLOADED, NO_HEALTHY_UPSTREAM, TIMEOUT; 0: none do',
        ),
      success_rate: z
        .strictObject({
          min_hosts: count(2).prefault(5).describe('hosts with min_requests that it takes to compare them'),
          min_requests: count(1).prefault(100).describe('in an interval, for a host to be compared'),
          deviations: z
            .number({ error: 'expected a number from 0.1 to 10' })
            .min(0.1, { error: 'expected a number from 0.1 to 10' })
            .max(10, { error: 'expected a number from 0.1 to 10' })
            .prefault(1.9)
            .describe('standard deviations below the mean share of successes that eject a host'),
        })
        .optional()
        .describe('left out: shares of successes are not compared'),
      interval: duration(10).prefault('10s').describe('how often shares of successes are compared'),
      base_ejection: duration(10).prefault('30s').describe('times the number of ejections of the host'),
      max_ejection: duration(10).prefault('5m'),
      max_ejected: percentage.prefault(10).describe('of the hosts, at a time; one always may be'),
    })
    .optional()
    .describe('hosts whose replies fail get no requests for a while'),
};
