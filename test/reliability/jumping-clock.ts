// Loaded into the sidecar by --import: its wall clock jumps an hour forth and back, ten times a second.
const HOUR_MS = 3_600_000;
const now = Date.now;
let jump = 0;

Date.now = () => now() + jump;
globalThis.Date = class extends Date {
  constructor(...given: [] | [number]) {
    if (given.length === 0) super(Date.now());
    else super(...given);
  }
} as DateConstructor;
setInterval(() => (jump = [HOUR_MS, -HOUR_MS, 0][Math.floor(now() / 100) % 3]!), 50).unref();
