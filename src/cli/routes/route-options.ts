import * as z from 'zod'
import { codeOf } from '../../db/errors.ts'
import { option } from '../options.ts'

/** For the help of a command that writes routes. */
export const ownerLogin = `Login: the tables' owner. The worker's login reads routes and writes none.`

export const routeOption = option(
  'ROUTE',
  'what an event says of its origin, such as "acct_1ABC live"',
  z.string().trim().min(1, 'takes a route').max(512, 'takes at most 512 characters'),
)

/** @throws Error in words if the login may not write */
export async function writingRoutes<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    throw new Error("database: this login may not change routes (42501). Use the tables' owner.")
  }
}
