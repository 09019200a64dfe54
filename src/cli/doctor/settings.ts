import { type Config, ConfigError, loadConfig, openConfig } from '../../config/load.ts'
import { openSettings } from '../../secrets/open-settings.ts'
import { type Finding, findingsAbout } from './finding.ts'

interface Loaded {
  readonly findings: readonly Finding[]
  /** Undefined if the configuration cannot be used. */
  readonly config: Config | undefined
}

/** Loads the configuration, and the secrets that its settings refer to. */
export async function checkSettings(): Promise<Loaded> {
  const settings = findingsAbout('settings')
  let config: Config
  try {
    config = loadConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const wrong = error.message.split('\n')
    const action = 'Correct the setting. docs/configuration.md lists all.'
    return { findings: wrong.map((sentence) => settings.fail(sentence, action)), config: undefined }
  }
  const findings = [
    settings.ok('appsettings.json and the environment are read'),
    ...config.warnings.map((sentence) =>
      settings.warn(sentence, 'Correct the name, or leave the setting out. The worker ignores it.'),
    ),
  ]
  const secrets = findingsAbout('secrets')
  try {
    const opened = await openConfig(openSettings)
    return { findings: [...findings, secrets.ok('the secrets that settings refer to are read')], config: opened }
  } catch (error) {
    // A wrong value in a secret is a wrong setting.
    if (error instanceof ConfigError)
      findings.push(...error.message.split('\n').map((line) => secrets.fail(line, 'Correct the value in the secret.')))
    else findings.push(secrets.thrown(error))
    return { findings, config: undefined }
  }
}
