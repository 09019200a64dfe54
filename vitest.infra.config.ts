import { defineConfig } from 'vitest/config'

/* `npm run test:infra`: what needs promtool, cfn-lint and checkov, which npm does not bring. `.ci/run` installs them. */
export default defineConfig({
  test: {
    testTimeout: 600_000,
    hookTimeout: 600_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    maxWorkers: 2,
    include: ['test/observability/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
  },
})
