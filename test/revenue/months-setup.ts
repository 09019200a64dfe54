/* MRR by month, out of a history that a test writes by itself. */

export const months = (from: string, to: string | null) => ({
  valid_from: `${from}T00:00:00Z`,
  valid_to: to && `${to}T00:00:00Z`,
})
