export type Density = 'uniform' | 'growing' | 'burst' | 'same-second' | 'recent-import'

export const now = 1_790_000_000
const span = 5 * 365 * 86_400

/** Creation seconds of `n` items over five years, newest first. */
export function createdSeconds(n: number, density: Density): number[] {
  const at = (i: number): number => {
    const u = (i + 0.5) / n
    if (density === 'uniform') return u
    if (density === 'growing') return u ** (1 / 7)
    if (density === 'burst') return i < n * 0.9 ? 0.8 + ((i / n / 0.9) * 86_400) / span : (i - n * 0.9) / (n * 0.1)
    if (density === 'recent-import')
      return i < n * 0.7 ? 0.999 + ((i / n / 0.7) * 7_200) / span : (i - n * 0.7) / (n * 0.3)
    return i < Math.min(10_000, n / 10) ? 0.5 : u
  }
  return Array.from({ length: n }, (_, i) => Math.floor(now - span + at(i) * span)).sort((a, b) => b - a)
}
