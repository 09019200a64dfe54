/** The parts of an error's message as sentences. A quotation has its own full stop. */
export function joinSentences(parts: readonly (string | null | undefined)[]): string {
  const sentences = parts.filter((part) => typeof part === 'string')
  return sentences.map((part, at) => (at < sentences.length - 1 && !/[."]$/.test(part) ? `${part}.` : part)).join(' ')
}
