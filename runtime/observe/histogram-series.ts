import { Histogram as PromHistogram, type HistogramConfiguration } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** What is shown: how many values fell into each bucket, their sum and number. */
export interface Distribution {
  readonly buckets: ArrayLike<number>;
  readonly sum: number;
  readonly count: number;
}

/** Where the buckets end, and how many of their units make one of those that Prometheus is told. */
export interface Scale {
  readonly bounds: readonly number[];
  readonly unit: number;
}

/** One line of text. */
interface Sample {
  readonly metricName: string;
  readonly labels: Labels;
  /** prom-client wants them; all labels are in `labels`. */
  readonly sharedLabels: Labels;
  readonly value: number;
}

/**
 * Histograms of ours as one of prom-client's, whose own could only be fed value by value.
 */
export class HistogramSeries extends PromHistogram<string> {
  constructor(
    private readonly about: HistogramConfiguration<string>,
    private readonly scale: Scale,
    private readonly read: () => readonly (readonly [Labels, Distribution])[],
  ) {
    super(about);
  }

  /** What prom-client's registry and its own get() call for the samples; not in its types. */
  getForPromString(): Promise<{ name: string; help: string; type: 'histogram'; values: readonly Sample[] }> {
    const { name, help } = this.about;
    const values = this.read().flatMap(([labels, shown]) => samplesOf(name, labels, this.scale, shown));
    return Promise.resolve({ name, help, type: 'histogram', values });
  }
}

function samplesOf(name: string, labels: Labels, scale: Scale, shown: Distribution): Sample[] {
  const sample = (suffix: string, value: number, more: Labels = {}): Sample => {
    return { metricName: name + suffix, labels: { ...labels, ...more }, sharedLabels: {}, value };
  };
  let below = 0;
  const samples = scale.bounds.map((bound, i) => {
    below += shown.buckets[i]!;
    return sample('_bucket', below, { le: String(bound / scale.unit) });
  });
  samples.push(sample('_bucket', shown.count, { le: '+Inf' }));
  samples.push(sample('_sum', shown.sum / scale.unit));
  samples.push(sample('_count', shown.count));
  return samples;
}
