/** How much is run: `full` for the record, `quick` for a look, `smoke` for correctness alone. */
export const modes = ['full', 'quick', 'smoke'] as const
export type Mode = (typeof modes)[number]

/** A size for each mode. */
export type Sized<T = number> = Readonly<Record<Mode, T>>
