import type { Config } from '../../config/load.ts'
import { databaseFailure } from '../../db/errors.ts'
import { openDatabase } from '../../db/open.ts'
import { type ErasureGauges, readErasures } from '../../schedule/erasures.ts'
import { type Finding, findingsAbout } from './finding.ts'

const erasures = findingsAbout('erasures')

/** Whether what providers ask for about persons is carried out in time. */
export async function* checkErasures(config: Config): AsyncGenerator<Finding> {
  if (!config.database) return
  const database = await openDatabase(config.database, { connections: 1, applicationName: 'doctor' })
  try {
    yield findingOf(await readErasures(database.schedules))
  } catch (error) {
    yield erasures.thrown(databaseFailure(error))
  } finally {
    await database.close()
  }
}

const carryOut =
  'As the owner of the tables run billing-sync export --pending --out FOLDER, then billing-sync erase --pending.'

function findingOf({ waiting, dueSoon, overdue }: ErasureGauges): Finding {
  if (overdue > 0) return erasures.fail(`${overdue} requests to erase or to export are overdue`, carryOut)
  if (dueSoon > 0) return erasures.warn(`${dueSoon} requests to erase or to export are due within a week`, carryOut)
  return erasures.ok(`${waiting} requests to erase or to export are open, and none is due within a week`)
}
