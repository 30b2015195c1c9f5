import { expect, test } from 'vitest';
import { mergePrometheus } from '../../../runtime/supervisor/merge-prometheus.js';
import { RetiredMetrics } from '../../../runtime/supervisor/retired-metrics.js';

const worker = (requests: number, delay: number): string => `# HELP proto_frame_requests_total Requests
# TYPE proto_frame_requests_total counter
proto_frame_requests_total{listener="a b",x="1"} ${requests}
proto_frame_requests_total{listener="only ${requests}"} 1

# HELP proto_frame_seconds Latency
# TYPE proto_frame_seconds histogram
proto_frame_seconds_bucket{le="0.5"} ${requests}
proto_frame_seconds_bucket{le="+Inf"} ${requests}
proto_frame_seconds_sum 1.5
proto_frame_seconds_count ${requests}

# HELP proto_frame_connections_active Open
# TYPE proto_frame_connections_active gauge
proto_frame_connections_active 3

# HELP proto_frame_loop_delay_max_seconds Delay
# TYPE proto_frame_loop_delay_max_seconds gauge
proto_frame_loop_delay_max_seconds ${delay}

# HELP proto_frame_config_last_reload_successful Last
# TYPE proto_frame_config_last_reload_successful gauge
proto_frame_config_last_reload_successful 1
`;
const own = `# HELP proto_frame_config_last_reload_successful Last
# TYPE proto_frame_config_last_reload_successful gauge
proto_frame_config_last_reload_successful 0
`;
const values = (text: string): string[] =>
  text.split('\n').filter((line) => !line.startsWith('#') && line !== '');

test('adds up, takes the greatest delay, and what the first says of the configuration', () => {
  const text = mergePrometheus([own, worker(2, 0.25), worker(40, 0.125)]);
  expect(values(text).sort()).toEqual([
    'proto_frame_config_last_reload_successful 0',
    'proto_frame_connections_active 6',
    'proto_frame_loop_delay_max_seconds 0.25',
    'proto_frame_requests_total{listener="a b",x="1"} 42',
    'proto_frame_requests_total{listener="only 2"} 1',
    'proto_frame_requests_total{listener="only 40"} 1',
    'proto_frame_seconds_bucket{le="+Inf"} 42',
    'proto_frame_seconds_bucket{le="0.5"} 42',
    'proto_frame_seconds_count 42',
    'proto_frame_seconds_sum 3',
  ]);
  expect(text.match(/# TYPE proto_frame_requests_total counter/g)).toHaveLength(1);
});

test('a host is healthy if all workers find it so, and is one host', () => {
  const gauge = (name: string, value: number): string =>
    `# HELP proto_frame_${name} Help\n# TYPE proto_frame_${name} gauge\nproto_frame_${name}{cluster="a"} ${value}\n`;
  const of = (healthy: number): string =>
    ['host_healthy', 'cluster_hosts_healthy'].map((name) => gauge(name, healthy)).join('') +
    gauge('cluster_hosts', 1);
  expect(values(mergePrometheus([of(1), of(0), of(1)])).sort()).toEqual([
    'proto_frame_cluster_hosts_healthy{cluster="a"} 0',
    'proto_frame_cluster_hosts{cluster="a"} 1',
    'proto_frame_host_healthy{cluster="a"} 0',
  ]);
});

test('of workers that are gone only what never falls is kept', () => {
  const retired = new RetiredMetrics();
  retired.add(worker(2, 1));
  retired.add('');
  retired.add(worker(5, 1));
  expect(values(retired.text)).not.toContain('proto_frame_connections_active 6');
  expect(values(mergePrometheus([own, retired.text, worker(10, 0.5)]))).toEqual(
    expect.arrayContaining([
      'proto_frame_requests_total{listener="a b",x="1"} 17',
      'proto_frame_seconds_sum 4.5',
      'proto_frame_connections_active 3',
      'proto_frame_loop_delay_max_seconds 0.5',
    ]),
  );
});
