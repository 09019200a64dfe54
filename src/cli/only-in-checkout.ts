import type { Command } from './command.ts'

/*
 * The stand-in, in an image, for commands that start servers of their own or read the files of a checkout. See
 * scripts/image.ts.
 */

const command = (name: string): Command => {
  const sentence = `${name}: an image has no embedded servers and no sandbox. Run this command from a checkout of the repository.`
  return {
    help: sentence,
    async run() {
      throw new Error(sentence)
    },
  }
}

export const start = command('start')
export const verify = command('verify')
export const importManifest = command('import-manifest')
