import { credentialCodes } from './credentials.ts'
import { databaseCodes } from './database.ts'
import { jobCodes } from './job.ts'
import { liveCodes } from './live.ts'
import { providerCodes } from './provider.ts'

/** Every error code that the worker writes or logs, in the order of `docs/errors.md`. A code never changes its meaning. */
export const errorCodes = { ...jobCodes, ...credentialCodes, ...liveCodes, ...providerCodes, ...databaseCodes }

export type ErrorCode = keyof typeof errorCodes
