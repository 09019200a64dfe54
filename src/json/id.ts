/** Longest id in bytes; an index of Postgres takes 2,704 for the whole key. Providers' ids are under 256. */
export const longestId = 1_024

/** Whether a row can be kept under this id. */
export function isUsableId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id.length > 0 &&
    Buffer.byteLength(id) <= longestId &&
    !id.includes('\u0000') &&
    id.isWellFormed()
  )
}
