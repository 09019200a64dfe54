/** Lines of at most `width` characters, broken at spaces if there are any; one line if `width` is null. */
export function wrap(text: string, width: number | null): string[] {
  if (width === null) return [text]
  const lines: string[] = []
  let rest = [...text]
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > 0 ? space : width
    lines.push(rest.slice(0, end).join(''))
    rest = rest.slice(space > 0 ? end + 1 : end)
  }
  return [...lines, rest.join('')]
}
