/** Test mode of an account is an account of its own: its name is the provider's id with `:test`. */
export type Mode = 'live' | 'test'

export const inMode = (account: string, mode: Mode): string => (mode === 'live' ? account : `${account}:test`)

export const modeOf = (name: string): Mode => (name.endsWith(':test') ? 'test' : 'live')

export const withoutMode = (name: string): string => name.replace(/:test$/, '')
