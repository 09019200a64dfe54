import { defineConfig } from 'vitest/config'
import { testFilesByProject } from './test/support/projects.ts'

const files = testFilesByProject()
const globalSetup = ['test/support/postgres.ts']

/* `npx vitest run --project unit` starts no Postgres. */
export default defineConfig({
  test: {
    // Nothing is expected to take so long. A machine that does other things besides makes a test slower, and not wrong.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Vitest waits for one second.
    expect: { poll: { timeout: 120_000 } },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Two cores: more workers would only make the timings of each other worse.
    maxWorkers: 2,
    // Files share a process and its modules: to load them anew for each file takes a second of CPU time.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: 'unit', include: [...files.unit] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [...files.integration],
          globalSetup: [...globalSetup, 'test/support/program.ts'],
        },
      },
      { extends: true, test: { name: 'faults', include: [...files.faults], globalSetup } },
    ],
  },
})
