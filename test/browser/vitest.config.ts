import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/** `npm run test:browser`: the live page in a real browser. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // Those are of npm test.
    projects: undefined,
    isolate: false,
    include: ['test/browser/**/*.test.ts'],
    exclude: [],
    testTimeout: 60_000,
  },
});
