import { defineConfig } from 'vitest/config';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Tests run from the TypeScript sources, so no build is needed to run one of them.
export default defineConfig({
  resolve: {
    alias: {
      '@proto-frame/api': at('runtime/api/index.ts'),
      '@proto-frame/compiler': at('compiler/index.ts'),
      '@proto-frame/runtime': at('runtime/index.ts'),
    },
  },
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 },
});
