/** One change of one source file. A test must fail because of it. */
export interface Mutation {
  /** Says what is broken: the same name in the list of survivors is the same mutation. */
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Where `from` begins. Absent: `from` is in the file once. */
  readonly at?: number
}

/** The source with the mutation. @throws Error if the source has no such place, or several */
export function mutate(source: string, { name, file, from, to, at }: Mutation): string {
  const place = at ?? source.indexOf(from)
  if (place < 0 || !source.startsWith(from, place))
    throw new Error(`mutation: ${file} has no ${JSON.stringify(from)} (${name}). Change the list in test/mutations.`)
  if (at === undefined && source.includes(from, place + 1))
    throw new Error(`mutation: ${file} has ${JSON.stringify(from)} more than once (${name}). Take more of the line.`)
  return source.slice(0, place) + to + source.slice(place + from.length)
}
