import { wordsOf } from '../docs/prose.ts'

/*
 * The rules of a text that says what went wrong, as far as a program can hold a text to them. A quotation counts as a word,
 * and so do names in a row. What stands in brackets, such as a code, does not count.
 */

const mostWords = 25

/** Words that say nothing, that name nobody, or that the glossary has another word for. */
const banned =
  /\b(please|sorry|oops|unfortunately|simply|just|whoever|whatever|nobody|somebody|someone|something|stuff|etc|e\.g|i\.e|broker|connector|task|sweep|record|invalid|illegal|fatal|\w+n't)\b/i

/** A subject must be a thing with a name. */
const vague = /^(what|who|whoever|nobody|one|this|that|these|those)\b/i

const verbs =
  'add|allow|change|check|choose|compare|connect|correct|create|delete|deploy|find|follow|give|install|leave|let|look|lower|make|migrate|move|name|put|raise|read|refresh|renew|report|restore|run|send|set|shorten|stop|switch|take|use'
const advice = new RegExp(`^(?:if [^,]+, |or |then )?(?:do not )?(?:${verbs})\\b`, 'i')
const migrate = /^\[Migrate\]/

/** The sentences of a text, without its quotations and brackets. */
export function sentencesIn(text: string): string[] {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`[^`]*`/g, 'Code')
    .replace(/"[^"]*"(?=\s+[A-Z])/g, 'Quote.')
    .replace(/"[^"]*"/g, 'Quote')
    .replace(/ ?\([^()]*\)/g, '')
    .replace(/[\w#*/:.-]*\w(?:, [\w#*/:.-]*\w(?= |,|\.)){2,}(?: (?:and|or) [\w#*/:.-]*\w)?/g, 'Names')
    .split(/(?<=[.!?])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** What is wrong with a text, each as a sentence; none for a text that keeps the rules. */
export function faultsOf(text: string): string[] {
  return sentencesIn(text).flatMap((sentence) => {
    const faults = []
    if (!/[.!?…]$/.test(sentence)) faults.push('no full stop')
    if (wordsOf(sentence) > mostWords) faults.push(`${wordsOf(sentence)} words`)
    if ((sentence.match(/[:;](?=\s)/g) ?? []).length > 1) faults.push('two colons or semicolons')
    const word = banned.exec(sentence)
    if (word) faults.push(`the word "${word[0]}"`)
    if (vague.test(sentence)) faults.push('a subject without a name')
    return faults.map((fault) => `${fault}: ${sentence}`)
  })
}

/** Whether a text says what to do: a sentence after the first begins with a verb. */
export function saysWhatToDo(text: string): boolean {
  const [, ...rest] = sentencesIn(text)
  return rest.some(isAdvice)
}

export const isAdvice = (sentence: string): boolean => advice.test(sentence) || migrate.test(sentence)
