/** Prose of a markdown text: without code blocks, generated parts and pictures; a table's cells are sentences of their own. */
export function sentencesOf(markdown: string): string[] {
  const blocks = markdown
    .replace(/```[\s\S]*?```/g, '\n\n')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, (_, text: string) => (/^[a-z][\w./-]*$/.test(text) ? 'Link' : text))
    .replace(/`[^`\n]*`/g, 'Code')
    .replace(/^\s*(?:[-*]|\d+\.|#+|>)\s+/gm, '\n\n')
    .split(/\n\s*\n|\|/)
  return blocks
    .flatMap((block) =>
      block
        .replace(/\*+/g, '')
        .replace(/\s+/g, ' ')
        .split(/(?<=[.!?])\s+(?=[A-Z\d“"(])/),
    )
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[a-z]/i.test(sentence))
}

/** Words that a reader counts: separators, dashes and signs are none. */
export function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

export interface Link {
  readonly from: string
  readonly target: string
}

/** Links to files of the repository, with their anchors. */
export function linksOf(path: string, markdown: string): Link[] {
  const text = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ from: path, target }))
    .filter(({ target }) => !/^[a-z]+:/i.test(target))
}

/** The anchors of a markdown text, as GitHub makes them of headings. */
export function anchorsOf(markdown: string): Set<string> {
  const text = markdown.replace(/```[\s\S]*?```/g, '')
  const headings = [...text.matchAll(/^#+\s+(.*)$/gm)].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
  const named = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = '']) => name)
  return new Set([...headings, ...named])
}

/** What stands in code: blocks, and spans in a line. */
export function codeOf(markdown: string): string[] {
  return markdown.match(/```[\s\S]*?```|`[^`\n]+`/g) ?? []
}
