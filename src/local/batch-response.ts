import * as z from 'zod'

const response = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
})

/**
 * The ids of the messages to keep, by Lambda's rules for ReportBatchItemFailures: no response and no list are success
 * of all, and whatever it cannot relate to this batch is failure of all. A response of another type than an object
 * counts as unrelatable; AWS does not say.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function failedIds(batch: readonly string[], payload: unknown): readonly string[] {
  const parsed = response.nullish().safeParse(payload)
  if (!parsed.success) return batch
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier)
  return failed.every((id) => batch.includes(id)) ? batch.filter((id) => failed.includes(id)) : batch
}
