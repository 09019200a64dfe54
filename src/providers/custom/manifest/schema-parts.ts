import * as z from 'zod'

/* The small parts of a manifest that its larger parts have in common. */

export const pointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON pointer such as "/data" or "/meta/next"')
  .describe('JSON pointer (RFC 6901). The empty text is the whole value.')

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,60}$/, 'must have small letters, digits and _ only, and begin with a letter')

export const path = z
  .string()
  .regex(/^\/[^\s?#]*$/, 'must begin with / and have no ? or #')
  .describe('Path below baseUrl. {accessToken.FIELD} stands for a field of the token.')

export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const parameters = z
  .record(z.string().min(1), z.string())
  .describe('Parameters of the request by name. Never a secret.')

export const timeReaders = ['dateTime', 'unixSeconds', 'unixMilliseconds', 'date'] as const

export const timeReader = z
  .enum(timeReaders)
  .describe('dateTime: ISO 8601 or seconds since 1970. date: a day, 2026-10-31.')

const timeFormats = ['rfc3339', 'unixSeconds', 'unixMilliseconds', 'date'] as const
export type TimeFormat = (typeof timeFormats)[number]

const whole = (least: number, most: number) => z.int().min(least).max(most)

/** A time that a list can be filtered by. */
export const timeFilter = z.strictObject({
  at: pointer.describe('Where an item has the time.'),
  read: timeReader.default('dateTime'),
  format: z.enum(timeFormats).default('rfc3339').describe('How the parameters write times.'),
  parameters: parameters.describe(
    'Parameters of a window from {from} up to and without {to}: "{from}", "{to-1}", "[{from},{to}]". Others, such as a sort order, belong here too. A parameter with {to} is left out of a window without an end.',
  ),
  parametersWithoutEnd: parameters
    .optional()
    .describe('The parameters of a window without an end, if they are others than those without {to}.'),
  order: z
    .enum(['newest first', 'none'])
    .default('none')
    .describe('The order in which the list comes with these parameters. Only a list that comes newest first is split.'),
  lagSeconds: whole(0, 31_536_000).optional().describe('Seconds for which what happened may be missing from the list.'),
  maxDays: whole(1, 36_500).optional().describe('The most days of a window.'),
  historyDays: whole(1, 36_500).optional().describe('The days that the list goes back.'),
})

const more = pointer
  .optional()
  .describe('Where an answer says whether there are more pages: false or null is the last page.')

export const paging = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('cursor'),
      parameter: z.string().min(1),
      next: pointer.optional().describe('Where an answer has the cursor of the next page.'),
      last: pointer.optional().describe('Where the last item has it, for lists that go on after an item.'),
      more,
      alone: z.boolean().default(false).describe('The cursor is sent without the other parameters.'),
    }),
    z.strictObject({
      type: z.literal('page'),
      parameter: z.string().min(1),
      first: whole(0, 1).default(1).describe('The number of the first page.'),
      more,
      pages: pointer.optional().describe('Where an answer has the number of pages.'),
      total: pointer.optional().describe('Where an answer has the number of items.'),
    }),
    z.strictObject({
      type: z.literal('offset'),
      parameter: z.string().min(1),
      more,
      total: pointer.optional(),
    }),
    z.strictObject({
      type: z.literal('link'),
      next: pointer.optional().describe('Where an answer has the address of the next page. Absent: the Link header.'),
      more,
    }),
    z.strictObject({ type: z.literal('none') }),
  ])
  .describe('How the next page is asked for. Pages by number or offset without a sign end with an empty page.')

export const pageSize = z.strictObject({
  parameter: z.string().min(1).describe('The parameter with the number of items of a page.'),
  most: whole(1, 1_000).default(100),
})

export type Paging = z.infer<typeof paging>
export type TimeFilterPart = z.infer<typeof timeFilter>
