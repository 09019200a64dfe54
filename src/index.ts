import * as z from 'zod'
import { syncJobRequest } from './job/request.ts'
import { syncJobResult } from './job/state/result-schema.ts'

/*
 * What other programs import from this package: the tables for Drizzle, the types of a message and of a result, and the
 * JSON Schema of both.
 */

export * from './db/schema.ts'
export type { SyncJobMessage, SyncJobRequest } from './job/request.ts'
export type { CountCheck, ResourceResult, SyncJobResult } from './job/state/result.ts'

export type JsonSchema = z.core.JSONSchema.JSONSchema

/** The JSON Schema of a message, with camelCase keys. The worker accepts PascalCase and snake_case keys too. */
export const messageJsonSchema = (): JsonSchema => z.toJSONSchema(syncJobRequest, { io: 'input' })

/** The JSON Schema of `sync_jobs.result`. */
export const resultJsonSchema = (): JsonSchema => z.toJSONSchema(syncJobResult)
