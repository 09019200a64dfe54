import { day } from '../timestamps.ts'
import { affectsBalance, slots } from './line-kinds.ts'
import type { Stories } from './story.ts'

export interface LineState {
  /** S for success, P for pending, D for denied, V for reversed. */
  readonly status: 'S' | 'P' | 'D' | 'V'
  /** When it last changed, in unix seconds. */
  readonly updated: number
}

/** The state of a generated line at a moment, in unix seconds. Pending ones are decided after one to six days. */
export function stateAt(n: number, now: number, stories: Stories): LineState {
  const { story, slot, kind } = stories.placeOf(n)
  const time = stories.time(n)
  if (kind.isPending) {
    const decided = time + day + (stories.draw(n, 'decisions') % (5 * day))
    if (now < decided) return { status: 'P', updated: time }
    return { status: stories.draw(n, 'denials') % 3 === 0 ? 'D' : 'S', updated: decided }
  }
  if (slot === slots.reversed) return after(stories.numberOf(story, slot + 1), stories, time, 'V')
  if (slot === slots.payment) return after(stories.numberOf(story, 4), stories, time, 'S')
  return {
    status: 'S',
    updated: Math.max(time, Math.min(time + (kind.sameIdAs === undefined ? n % 60 : 0), stories.end - 1)),
  }
}

/** Whether a generated line affects the balance at a moment. Cheap, as it is asked of every line of a window. */
export function affectsAt(n: number, now: number, stories: Stories): boolean {
  const { kind } = stories.placeOf(n)
  return affectsBalance(kind.code, kind.isPending ? stateAt(n, now, stories).status : 'S')
}

/** The state of a line that a later line changes. All lines are of the past, so only what waits is still to change. */
function after(later: number, stories: Stories, time: number, status: 'S' | 'V'): LineState {
  return later < stories.count ? { status, updated: stories.time(later) } : { status: 'S', updated: time }
}
