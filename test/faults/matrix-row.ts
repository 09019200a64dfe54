type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
export type Fault =
  | Exclude<`F0${Digit}`, 'F00'>
  | `F${'1' | '2' | '3' | '4' | '5'}${Digit}`
  | `F6${'0' | '1' | '2' | '3' | '4' | '5' | '6'}`

/** A test file, by its path under `test/`. */
export type TestFile = `${string}.test.ts`

export interface Row {
  /** The fault, in a few words. */
  readonly fault: string
  /** Scenarios of `npm run faults` that make it happen among others. */
  readonly scenarios?: readonly string[]
  readonly tests?: readonly TestFile[]
  /** Why the fault, or a part of it, is not made to happen. */
  readonly not?: string
}
