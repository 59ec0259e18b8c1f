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
          testTimeout: 120_000, // some start real programs, on a busy machine
          hookTimeout: 120_000,
          maxWorkers: '100%', // or vitest leaves one processor free
        },
      },
      {
        test: {
          name: 'scenario',
          include: ['test/scenarios/**/*.test.ts'],
          // These end what hangs; a slow machine is no failure.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
