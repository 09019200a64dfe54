/** The access token of every job of Stripe. No log, row, dead letter or error may show it, nor that of another provider. */
export const canary = 'sk_live_canary4eC39HqLyjWDarjtT1zdp7dc'
