import { defineConfig } from 'vitest/config';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// These need programs beside Node: npm run test:peers, npm run test:browser.
const NOT_HERE = ['**/node_modules/**', '**/dist/**', 'test/peers/**', 'test/browser/**'];
// What is measured has a process of its own: code that others have called with bytes of every kind is several times
// slower, and memory holds what they left.
const MEASURED = ['test/fuzz/codec.test.ts', 'test/integration/fallback.test.ts'];

// Tests run from the TypeScript sources, so no build is needed to run one of them; those that start
// processes of their own (e2e, reliability) start what `npm run build:test` made.
export default defineConfig({
  resolve: {
    alias: [
      { find: '@proto-frame/api', replacement: at('runtime/api/index.ts') },
      { find: '@proto-frame/compiler', replacement: at('compiler/index.ts') },
      { find: '@proto-frame/runtime', replacement: at('runtime/index.ts') },
      { find: /^#codecs\/(.*)\.js$/, replacement: `${at('generated')}/$1.ts` },
    ],
  },
  test: {
    setupFiles: ['test/support/seed.ts'],
    // One more than CI has cores: some files wait for processes that they have started.
    maxWorkers: 3,
    // Of the clock, which a loaded machine stretches: a hang is still found.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...NOT_HERE, ...MEASURED],
          // Files share what they import; a test that changes something global puts it back.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'measured', include: MEASURED, isolate: true } },
    ],
  },
});
