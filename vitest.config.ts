import { defineConfig } from 'vitest/config';

/**
 * Scenarios that need the machine for themselves: what they plant, the Docker that they start, and namespaces made without
 * labctl would be leaks to others; BFD counts milliseconds.
 */
const alone = ['leaks', 'docker', 'images', 'capture-tools', 'clos', 'dual-tor', 'vyos'].map(
  (name) => `test/scenarios/${name}.test.ts`,
);

// These end what hangs; a slow machine is no failure.
const scenario = { testTimeout: 600_000, hookTimeout: 600_000 };

/** `unit` runs anywhere in milliseconds; `scenario` and, after it, `scenario-alone` build real labs with FRR, BIRD and tcpdump. */
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
          ...scenario,
          name: 'scenario',
          include: ['test/scenarios/**/*.test.ts'],
          exclude: alone,
          // Labs wait more than they compute, and know nothing of each other.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...scenario,
          name: 'scenario-alone',
          include: alone,
          fileParallelism: false,
        },
      },
    ],
  },
});
