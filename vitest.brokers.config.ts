import { defineConfig } from 'vitest/config'

/* The tests of transports on servers that npm does not bring: `npm run test:brokers`. */
export default defineConfig({
  test: {
    include: ['test/brokers/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Vitest waits for one second.
    expect: { poll: { timeout: 120_000 } },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Each file has servers of its own, and waits for them more than it works.
    maxWorkers: 2,
  },
})
