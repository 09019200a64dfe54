/** Mutations that no test notices, by name, each with the reason why that is right. */
export const survivors: Readonly<Record<string, string>> = {}
