/** `1,234`, `12.3`, `0.5`: as many digits as a glance takes in. */
export function formatNumber(value: number): string {
  const digits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** Milliseconds: `0.45 ms`, `120 ms`, `1.5 s`; `–` for null. */
export function formatMs(value: number | null): string {
  if (value === null) return '–';
  return value < 1_000 ? `${formatNumber(value)} ms` : `${formatNumber(value / 1_000)} s`;
}

/** Bytes: `12 MiB`. */
export function formatBytes(value: number): string {
  let unit = 0;
  let rest = value;
  while (rest >= 1024 && unit < 3) {
    rest /= 1024;
    unit += 1;
  }
  return `${formatNumber(rest)} ${['B', 'KiB', 'MiB', 'GiB'][unit]}`;
}

/** Seconds: `45 s`, `3 min`, `2 h 5 min`, `3 d 2 h`. */
export function formatUptime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
