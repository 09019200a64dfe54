/** The most items that a provider is asked for in one page. */
export const largestPage = 100
