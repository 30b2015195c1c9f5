import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/** `npm run test:peers`: tests against programs that come with Debian, not with npm. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/peers/**/*.test.ts'], exclude: [], testTimeout: 60_000 },
});
