import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/** `npm run test:peers`: tests against programs that come with Debian, not with npm. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // Those are of npm test.
    projects: undefined,
    isolate: false,
    include: ['test/peers/**/*.test.ts'],
    exclude: [],
    testTimeout: 60_000,
  },
});
