import { defineConfig } from 'vitest/config'

/* The page in Chromium, which npm does not bring: `npm run test:page`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/chromium.ts', 'test/support/postgres.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Vitest waits for one second.
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: 1,
  },
})
