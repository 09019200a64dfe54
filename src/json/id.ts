/** The longest id in bytes. An index of Postgres takes 2,704 bytes for the whole key; providers' ids are under 256. */
export const longestId = 1_024

/** Whether this id can be a row's key. */
export function isUsableId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id.length > 0 &&
    Buffer.byteLength(id) <= longestId &&
    !id.includes('\u0000') &&
    id.isWellFormed()
  )
}
