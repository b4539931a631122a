import { keysSetBack } from '../../domain/composition/sealing/writing-keys.ts'
import { environmentOf, readEnvironment } from '../../runtime/environment/read-environment.ts'
import { ownsTables } from '../../runtime/environment/require-owner.ts'
import { sentenceOfSetBack } from '../db/keys/next-steps.ts'
import type { DoctorCheck, Finding } from './checks.ts'

interface Rights {
  temporary: boolean
  creates: boolean
  staff: boolean
}

/**
 * The check whether the application's database role has more rights than it needs. If the role may create
 * tables or functions, these could disturb the database's guards.
 */
export const databaseRights: DoctorCheck = {
  name: 'rights in the database',
  examine: async ({ pool, urls, config }) => {
    const findings: Finding[] = []
    const severity = config.env === 'production' ? 'critical' : 'warning'
    if (await ownsTables(pool)) {
      const message =
        "the application's role owns laku's tables, so the database's guards do not apply to it (docs/running.md, three roles)"
      return urls.embedded ? [] : [{ severity, message, command: 'laku db migrate' }]
    }
    const { rows } = await pool.query<Rights>(`
      select has_database_privilege(current_database(), 'temporary') as temporary,
        has_schema_privilege('public', 'create') or has_database_privilege(current_database(), 'create') as creates,
        has_table_privilege('staff', 'insert') or has_table_privilege('staff_tokens', 'insert')
          or has_table_privilege('clock', 'update') as staff`)
    const [rights] = rows
    const say = (holds: boolean | undefined, message: string) => {
      if (holds) findings.push({ severity, message, command: 'laku db migrate' })
    }
    say(rights?.temporary, "the application's role can create temporary tables")
    say(rights?.creates, "the application's role can create tables and functions")
    say(rights?.staff, "the application's role can write staff, tokens or the clock directly")
    return findings
  },
}

/**
 * The check of three things: the database's environment, the keys that decrypt its data, and configured
 * secrets that the next version of laku will refuse.
 */
export const databaseEnvironment: DoctorCheck = {
  name: 'environment and keys',
  examine: async ({ db, pool, urls, vault, config }) => {
    const known = await readEnvironment(pool)
    const findings: Finding[] = config.warnings.map((message) => ({
      severity: 'warning',
      message,
      command: 'openssl rand -base64 32',
    }))
    if (!known?.stamped) {
      const environment = environmentOf(known, urls)
      findings.push({
        severity: 'warning',
        message: `the environment of this database is not set, so it counts as ${environment}`,
        command: `laku db migrate --environment ${environment}`,
      })
    }
    const used = { encryption: vault.keyIds, seal: vault.seals.keyIds }
    for (const { purpose, id, retiredAt } of known?.keys ?? []) {
      if (retiredAt === null || !used[purpose].includes(id)) continue
      findings.push({
        severity: 'warning',
        message: `the ${purpose} key ${id} was retired: take it out of the configuration`,
        command: 'laku db keys list',
      })
    }
    const setBack = await db.transaction().execute((tx) => keysSetBack(tx, known?.keys ?? []))
    for (const found of setBack)
      findings.push({ severity: 'critical', message: sentenceOfSetBack(found), command: 'laku db keys list' })
    const rotating = (known?.keys ?? []).filter(({ retiredAt }) => retiredAt === null)
    for (const purpose of ['encryption', 'seal'] as const) {
      const active = rotating.filter((key) => key.purpose === purpose)
      if (active.length < 2) continue
      findings.push({
        severity: 'warning',
        message: `the ${purpose} key rotates: ${active.length} are in use (${active.map(({ id }) => id).join(', ')})`,
        command: 'laku db keys list',
      })
    }
    return findings
  },
}
