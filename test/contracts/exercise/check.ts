import type { Account, ListSource } from '../../../src/provider/contract.ts'
import type { Never, ProviderFixture } from './fixture.ts'

/** A connected provider and its server. */
export interface Subject {
  readonly fixture: ProviderFixture
  readonly account: Account
  /** Whether the server has the resource. */
  has(resource: string): boolean
}

/** A list of it: a resource, or one part of a resource. */
export interface ListSubject extends Subject {
  /** Asks for `part` by itself. */
  readonly source: ListSource
  readonly part: string | undefined
  readonly expected: readonly unknown[]
}

/** One thing that the contract demands. It fails by throwing. */
export interface Check<Of> {
  readonly title: string
  /** It changes what the server has, and so needs a server of its own. */
  readonly alters?: true
  run(subject: Of): Promise<void>
}

type Lever = Exclude<
  { [Name in keyof ProviderFixture]-?: undefined extends ProviderFixture[Name] ? Name : never }[keyof ProviderFixture],
  'facts' | 'makesTokens'
>

/** A lever of the fixture. @throws Error that says what the fixture lacks */
export function leverOf<Name extends Lever>(
  fixture: ProviderFixture,
  name: Name,
  because: string,
): NonNullable<ProviderFixture[Name]> {
  const lever = fixture[name]
  if (lever) return lever
  throw new Error(
    `exerciseProvider: ${because}, and the fixture has no ${name}. Add it, or let it return { never: 'the reason' } if the API cannot do that.`,
  )
}

export const isNever = (pulled: unknown): pulled is Never =>
  typeof pulled === 'object' && pulled !== null && 'never' in pulled

/** Calls `use` and ends what the lever began. */
export async function during<Result>(undo: () => void, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use()
  } finally {
    undo()
  }
}
