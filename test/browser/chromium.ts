import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian and Ubuntu name it `chromium`, others as their packages do. */
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** The path of Chromium. @throws Error that says which package it needs */
export function chromiumPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
  if (path) return path
  throw new Error('npm run test:page needs Chromium: apt-get install chromium')
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Before all tests: without Chromium none passes. */
export default function setup(): void {
  chromiumPath()
}
