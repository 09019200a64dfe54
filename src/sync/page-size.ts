/** The most items that a provider is asked for in one page, unless its resource states more. */
export const largestPage = 100
