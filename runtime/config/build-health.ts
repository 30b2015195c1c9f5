import type { ConfigFile } from './file-schema.js';
import type { ClusterConfig, OutlierConfig } from './snapshot.js';

type ClusterFile = ConfigFile['clusters'][number];

/** Which hosts a cluster has besides those listed, and how it finds out whether they are well. */
export function buildHealth(cluster: ClusterFile): Pick<ClusterConfig, 'dns' | 'healthCheck' | 'outlier'> {
  const { dns, health_check: check, outlier_detection: outlier } = cluster;
  return {
    dns:
      dns === undefined
        ? null
        : { ...dns, names: dns.names.map((one) => ({ ...one, port: one.port ?? null })) },
    healthCheck:
      check === undefined
        ? null
        : {
            protocol: check.protocol ?? null,
            interval: check.interval,
            unhealthyInterval: check.unhealthy_interval ?? check.interval,
            timeout: check.timeout,
            unhealthyAfter: check.unhealthy_after,
            healthyAfter: check.healthy_after,
          },
    outlier: outlier === undefined ? null : buildOutlier(outlier),
  };
}

function buildOutlier(outlier: NonNullable<ClusterFile['outlier_detection']>): OutlierConfig {
  const rate = outlier.success_rate;
  return {
    consecutiveFailures: outlier.consecutive_failures,
    successRate:
      rate === undefined
        ? null
        : { minHosts: rate.min_hosts, minRequests: rate.min_requests, deviations: rate.deviations },
    interval: outlier.interval,
    baseEjection: outlier.base_ejection,
    maxEjection: outlier.max_ejection,
    maxEjected: outlier.max_ejected / 100,
  };
}
