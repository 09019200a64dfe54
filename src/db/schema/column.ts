import { bigint, customType, numeric, timestamp } from 'drizzle-orm/pg-core'

/** timestamptz, a Date in code. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** A whole number that a double holds exactly. */
export const whole = (name: string) => bigint(name, { mode: 'number' })

/** An amount in the minor unit of its currency. */
export const money = whole

/** numeric, text in code: what a provider sends as a decimal never passes through a float here. */
export const decimal = (name: string) => numeric(name)

export const count = (name: string) => whole(name).notNull().default(0)

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
