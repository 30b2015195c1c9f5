import { Histogram as PromHistogram, type HistogramConfiguration } from 'prom-client';
import { type Histogram, LATENCY_BOUNDS } from './histogram.js';

type Labels = Readonly<Record<string, string>>;

/** One line of text. */
interface Sample {
  readonly metricName: string;
  readonly labels: Labels;
  /** prom-client wants them; all labels are in `labels`. */
  readonly sharedLabels: Labels;
  readonly value: number;
}

/**
 * Histograms of ours as one of prom-client's, whose own could only be fed value by value. In seconds, as
 * Prometheus wants them.
 */
export class HistogramSeries extends PromHistogram<string> {
  constructor(
    private readonly about: HistogramConfiguration<string>,
    private readonly read: () => readonly (readonly [Labels, Histogram])[],
  ) {
    super(about);
  }

  /** What prom-client's registry and its own get() call for the samples; not in its types. */
  getForPromString(): Promise<{ name: string; help: string; type: 'histogram'; values: readonly Sample[] }> {
    const { name, help } = this.about;
    const values = this.read().flatMap(([labels, histogram]) => samplesOf(name, labels, histogram));
    return Promise.resolve({ name, help, type: 'histogram', values });
  }
}

function samplesOf(name: string, labels: Labels, histogram: Histogram): Sample[] {
  const sample = (suffix: string, value: number, more: Labels = {}): Sample => {
    return { metricName: name + suffix, labels: { ...labels, ...more }, sharedLabels: {}, value };
  };
  let below = 0;
  const samples = LATENCY_BOUNDS.map((bound, i) => {
    below += histogram.buckets[i]!;
    return sample('_bucket', below, { le: String(bound / 1_000) });
  });
  samples.push(sample('_bucket', histogram.count, { le: '+Inf' }));
  samples.push(sample('_sum', histogram.sum / 1_000));
  samples.push(sample('_count', histogram.count));
  return samples;
}
