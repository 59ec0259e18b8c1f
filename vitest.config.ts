import { defineConfig } from 'vitest/config';

/** Two projects: `unit` runs anywhere in milliseconds; `scenario` builds real labs with FRR, BIRD and tcpdump. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/scenarios/**', 'test/nightly/**'],
          testTimeout: 30_000, // tests that start real programs, on a busy machine
        },
      },
      {
        test: {
          name: 'scenario',
          include: ['test/scenarios/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
