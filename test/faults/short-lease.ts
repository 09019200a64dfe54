/**
 * The shortest lease there is, and a queue to go with it, so that what a dead worker left behind runs out by itself, as it
 * does where nobody is there to end it.
 */
export const shortLease = { settings: { Worker__LeaseSeconds: '2' }, visibilitySeconds: 3 } as const
