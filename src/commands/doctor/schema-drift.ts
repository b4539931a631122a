import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { dumpSchema } from '../../runtime/dump-schema.ts'
import type { DoctorCheck } from './checks.ts'

/**
 * The schema that the migrations leave behind; its file lies beside src/ in a checkout and beside dist/ in
 * the package.
 */
const expectedFile = fileURLToPath(new URL('../../../docs/schema.sql', import.meta.url))
const SHOWN = 3

/**
 * The check whether tables, indexes, functions and triggers match the code: somebody with psql may have
 * removed one of them.
 */
export const schemaDrift: DoctorCheck = {
  name: 'schema drift',
  examine: async ({ pool }) => {
    const wanted = statementsOf(await readFile(expectedFile, 'utf8'))
    const live = statementsOf(await dumpSchema(pool))
    const missing = [...wanted].filter((hold) => !live.has(hold)).map((hold) => `missing: ${hold}`)
    const strange = [...live]
      .filter((column) => !wanted.has(column))
      .map((column) => `unknown to laku: ${column}`)
    const drift = [...missing, ...strange, ...(await switchedOff(pool))]
    if (drift.length === 0) return []
    const more = drift.length > SHOWN ? `; and ${drift.length - SHOWN} more` : ''
    const message = `the schema differs from docs/schema.sql: ${drift.slice(0, SHOWN).map(brief).join('; ')}${more}`
    return [{ severity: 'critical', message, command: 'laku db psql' }]
  },
}

/**
 * Returns the database's triggers that are switched off. They need a query of their own, because a trigger's
 * definition does not show whether it is switched off.
 */
async function switchedOff(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(`
    select t.tgrelid::regclass || ': ' || t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and t.tgenabled <> 'O' order by 1`)
  return rows.map(({ name }) => `switched off: ${name}`)
}

/**
 * Splits the text of a database schema into statements, and each table into its lines. So a finding names one
 * column and not the whole table.
 */
function statementsOf(schema: string): Set<string> {
  const statements = new Set<string>()
  for (const block of schema.split('\n\n')) {
    const table = /^create table (\S+) \(\n/.exec(block)?.[1]
    if (table) {
      statements.add(`table ${table}`)
      for (const line of block.split('\n').slice(1, -1))
        statements.add(`${table}: ${line.trim().replace(/,$/, '')}`)
    } else if (block.startsWith('CREATE OR REPLACE FUNCTION') || block.includes('$function$')) {
      statements.add(block)
    } else {
      for (const line of block.split('\n')) if (!line.startsWith('--')) statements.add(line)
    }
  }
  return statements
}

const brief = (statement: string) => (statement.split('\n')[0] as string).slice(0, 160)
