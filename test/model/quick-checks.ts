import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import pg from 'pg'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { type Check, runChecks, type Tx, type Work } from '../../src/domain/kernel/index.ts'
import { query } from '../global-setup.ts'
import type { TestLaku } from '../laku.ts'

// The checks that this process must compute itself. Entries are written only once, so a check at the end of a
// history finds every fault.
const inProcess = ['seals match', 'no posting of the chain was deleted or added']
const slow: readonly Check[] = bookChecks.filter((check) => inProcess.includes(check.name))

/**
 * Makes one database function of all other checks. Their forty plans are made once per connection, and one
 * round trip runs them. So a history can be checked after every command.
 */
export async function installQuickChecks(laku: TestLaku): Promise<void> {
  const statements: string[] = []
  for (const check of bookChecks) {
    if (slow.includes(check)) continue
    for (const statement of await statementsOf(check, laku)) {
      const name = pg.escapeLiteral(`${check.name}: `)
      statements.push(`return query select ${name} || line from (${statement}) broken;`)
    }
  }
  await query(
    laku.ownerUrl,
    `create function broken_book() returns setof text language plpgsql as $check$ begin ${statements.join('\n')} end $check$`,
    'grant execute on function broken_book() to public',
  )
}

/** Returns the violations of all invariants except those about seals. */
export async function brokenNow(work: Work): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`select broken_book() as line`.execute(work.tx)
  return rows.map((row) => row.line)
}

/** Returns the violations of the invariants that `brokenNow` leaves out. */
export async function brokenSeals(work: Work): Promise<string[]> {
  const results = await runChecks(slow, work.tx, work.vault)
  return results.filter((result) => !result.ok).map((result) => result.detail)
}

/** Returns the queries that a check sends, with their parameters written into them. */
async function statementsOf(check: Check, laku: TestLaku): Promise<string[]> {
  const sent: string[] = []
  const deaf = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query: { sql: text, parameters } }) => {
      sent.push(text.replace(/\$(\d+)/g, (_, nth) => literal(parameters[Number(nth) - 1])))
    },
  })
  await check.violations(deaf as unknown as Tx, laku.vault)
  return sent
}

const literal = (value: unknown): string =>
  Array.isArray(value) ? pg.escapeLiteral(`{${value.join(',')}}`) : pg.escapeLiteral(String(value))
