/** The names in a ZIP archive, read from its central directory (no archive of ours has a comment or 65,535 files). */
export function namesInZip(archive: Buffer): string[] {
  const end = archive.length - 22
  if (archive.readUInt32LE(end) !== 0x06054b50)
    throw new Error('zip: no end of central directory where one is expected')
  const names: string[] = []
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    names.push(archive.toString('utf8', at + 46, at + 46 + name))
    at += 46 + name + extra + comment
  }
  return names
}
