import { randomStream } from '../../src/sandbox/server/random.ts'
import { creationTimes, type Density } from './density.ts'

/** What a list of the account holds. */
export interface ListOptions {
  readonly count: number
  readonly density: Density
  /** With density `second`: how many share it. Default 10,000. */
  readonly together?: number
}

/** A window of creation times and a place in it, as a list request states them. */
export interface Asked {
  readonly limit: number
  /** Unix seconds, both included. */
  readonly from: number
  readonly to: number
  readonly after: string | null
}

export interface Page {
  /** Item texts with commas between. */
  readonly items: Buffer
  readonly count: number
  /** Creation second of the last item. */
  readonly oldest: number | undefined
  readonly more: boolean
}

/** A list of the account, newest first, serialised once: a page is a piece of one buffer. */
export interface Collection {
  readonly count: number
  /** Null where the cursor's object does not exist. */
  page(query: Asked): Page | null
  item(id: string): Buffer | null
  /** Gives every `every`-th object a new revision. Returns how many. */
  touch(every: number, revision: number): number
  /** A line for each object: its id and its revision. */
  expected(): string
}

interface Making extends ListOptions {
  /** Objects with `{id}`, `{created}`, `{revision}` and `{n}` in their places. */
  readonly templates: readonly object[]
  readonly seed: number
  readonly until: number
}

const idWidth = 14
/** `r00000`: of one width, so that a new one is written over the old. */
const revisionText = (revision: number) => `r${String(revision).padStart(5, '0')}`

export function createCollection({ templates, count, density, together = 10_000, seed, until }: Making): Collection {
  const created = creationTimes({ count, density, together, seed, until })
  const shapes = templates.map(cutTemplate)
  const prefix = /"id":"([a-z]+_)\{id\}"/.exec(JSON.stringify(templates[0]))?.[1] ?? ''
  const random = randomStream(seed ^ 0x51ed)
  const salts = Uint32Array.from({ length: count }, random)
  /** Six characters that look random and eight that are the index: an id tells its place. */
  const idOf = (index: number) =>
    `${prefix}${(salts[index] ?? 0).toString(36).padStart(7, 'x').slice(-6)}${index.toString(36).padStart(idWidth - 6, '0')}`
  const indexOf = (id: string): number => {
    const index = Number.parseInt(id.slice(-(idWidth - 6)), 36)
    return index >= 0 && index < count && idOf(index) === id ? index : -1
  }

  // Item i is bytes[starts[i] … starts[i + 1] - 1), the byte between being a comma.
  const starts = new Float64Array(count + 1)
  const revisionAt = new Float64Array(count)
  const shapeOf = (index: number) => shapes[(salts[index] ?? 0) % shapes.length] ?? shapes[0]
  let size = 0
  for (let index = 0; index < count; index++) size += (shapeOf(index)?.bytes ?? 0) + 64
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (let index = 0; index < count; index++) {
    const shape = shapeOf(index)
    if (!shape) throw new Error('server: a list needs at least one template')
    starts[index] = at
    const values = {
      id: idOf(index).slice(prefix.length),
      created: String(created[index]),
      n: String(index),
      revision: revisionText(0),
    }
    for (const piece of shape.pieces) {
      if (typeof piece === 'string') at += bytes.write(values[piece as keyof typeof values], at, 'latin1')
      else at += piece.copy(bytes, at)
      if (piece === 'revision') revisionAt[index] = at - revisionText(0).length
    }
    at += bytes.write(',', at, 'latin1')
  }
  starts[count] = at
  const slice = (from: number, to: number) =>
    bytes.subarray(starts[from], Math.max(starts[from] ?? 0, (starts[to] ?? 0) - 1))

  /** The first index whose object was created at or before `second`. */
  const firstNotAfter = (second: number): number => {
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((created[middle] ?? 0) > second) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    count,
    page({ limit, from, to, after }) {
      const first = firstNotAfter(to)
      const end = firstNotAfter(from - 1)
      const cursor = after === null ? -1 : indexOf(after)
      if (after !== null && cursor < 0) return null
      // A cursor carried into a window that its object is not in is answered with an empty page.
      const start = after === null ? first : cursor >= first && cursor < end ? cursor + 1 : end
      const stop = Math.min(end, start + limit)
      const oldest = start < stop ? created[stop - 1] : undefined
      return { items: slice(start, stop), count: Math.max(0, stop - start), oldest, more: stop < end }
    },
    item(id) {
      const index = indexOf(id)
      return index < 0 ? null : slice(index, index + 1)
    },
    touch(every, revision) {
      let touched = 0
      for (let index = 0; index < count; index += every, touched++)
        bytes.write(revisionText(revision), revisionAt[index] ?? 0, 'latin1')
      return touched
    },
    expected() {
      const lines: string[] = []
      for (let index = 0; index < count; index++)
        lines.push(
          `${idOf(index)} ${bytes.toString('latin1', revisionAt[index], (revisionAt[index] ?? 0) + revisionText(0).length)}`,
        )
      return lines.join('\n')
    },
  }
}

/** The template's text as bytes, and between them the names of what is to be put in. */
function cutTemplate(template: object) {
  const text = JSON.stringify(template).replaceAll('"{created}"', '{created}')
  const pieces = text
    .split(/\{(id|created|revision|n)\}/)
    .map((piece, at) => (at % 2 === 1 ? piece : Buffer.from(piece)))
  return { pieces, bytes: Buffer.byteLength(text) }
}
