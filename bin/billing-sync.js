#!/usr/bin/env node
// The program runs from its TypeScript sources: this file only makes Node able to load them.
import { register } from 'tsx/esm/api'

// The AWS SDK warns on every start that versions of 2027 will want Node 22. The lockfile pins one that runs on 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
register()
await import('../src/cli/billing-sync.ts')
