import { defineConfig } from 'vitest/config';

// Unit tests live beside the code they test; tests/unit holds those that span floors.
// Interface tests ask for a document with `// @vitest-environment jsdom` in their first line.
export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'tests/unit/**/*.test.{ts,tsx}'],
    environment: 'node',
    passWithNoTests: true,
    testTimeout: 30_000,
    restoreMocks: true,
    pool: 'threads',
    maxWorkers: 2,
  },
  oxc: { jsx: { runtime: 'automatic' } },
});
