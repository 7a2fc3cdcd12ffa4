import { defineConfig } from 'vitest/config';

// Unit tests live beside the code they test; tests/unit holds those that span floors,
// tests/acceptance those that apply manifests to a running session and judge what the traffic did.
// Interface tests ask for a document with `// @vitest-environment jsdom` in their first line.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    environment: 'node',
    passWithNoTests: true,
    testTimeout: 30_000,
    restoreMocks: true,
    pool: 'threads',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.{ts,tsx}', 'tests/unit/**/*.test.{ts,tsx}'] },
      },
      {
        extends: true,
        test: { name: 'acceptance', include: ['tests/acceptance/**/*.test.ts'], testTimeout: 120_000 },
      },
      { extends: true, test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'] } },
    ],
  },
});
