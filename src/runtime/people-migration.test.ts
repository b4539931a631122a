import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../domain/kernel/index.ts'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from './embedded-postgres.ts'
import { migrationsFolder } from './migration-status.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-people-'))
let owner: pg.Client
beforeAll(async () => {
  const { ownerUrl } = await startEmbeddedPostgres(folder, { fast: true })
  owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
}, 60_000)
afterAll(async () => {
  await owner?.end()
  await stopEmbeddedPostgres(folder)
  rmSync(folder, { recursive: true, force: true })
})

const names = readdirSync(migrationsFolder)
  .filter((name) => name.endsWith('.sql'))
  .toSorted()
const bring = async (from: string, to: string) => {
  for (const name of names.filter((text) => text >= from && text < to))
    await owner.query(readFileSync(join(migrationsFolder, name), 'utf8'))
}

it('staff of a version before keep who they are: names that clash get a number, and who let whom in is known', async () => {
  await bring('0000', '0115')
  const [ana, deputy, id, tokenId] = [newId(), newId(), newId(), newId()]
  const made: [string, string, string | null][] = [
    [ana, 'ana', null],
    [deputy, 'budi', ana],
    [newId(), 'Budi', ana],
    [newId(), 'BUDI-2', ana],
    [newId(), id, ana],
    [newId(), 'citra', deputy],
  ]
  for (const [nth, [text, name, vouchedBy]] of made.entries())
    await owner.query(
      `insert into staff (id, name, role, created_at, vouched_by) values ($1, $2, 'finance', now() + make_interval(secs => $3), $4)`,
      [text, name, nth, vouchedBy],
    )
  await owner.query(
    `insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at) values ($1, $2, 'h', now(), now())`,
    [...[tokenId, made[2]?.[0]]],
  )
  const note = (after: object) =>
    owner.query(
      `insert into audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, after, occurred_at)
       values ($1, 'staff', $2, 'budi', 'auth staff add', 'staff', $3, $4, now())`,
      [newId(), deputy, made[2]?.[0], JSON.stringify(after)],
    )
  await note({ name: 'Budi', role: 'finance' })
  await note({ tokenId })
  // The person who cancelled this batch was let in by the one who handed it out. That was allowed then, and
  // is not now.
  await owner.query(
    `insert into bank_batches (id, status, made_by, made_at, handed_out_by, handed_out_at, cancelled_by)
     values ($1, 'cancelled', 'staff:budi', now(), 'staff:budi', now(), 'staff:citra')`,
    [newId()],
  )
  await bring('0115', '0199')

  const { rows } = await owner.query('select id, name, let_in_by from staff order by created_at')
  expect(rows.map(({ name }) => name)).toEqual([
    ...['ana', 'budi', 'Budi-2', 'BUDI-2-2', `staff-${id}`, 'citra'],
  ])
  expect(rows.map((row) => row.let_in_by)).toEqual([null, ana, deputy, ana, ana, deputy])
  const given = await owner.query('select given_by from staff_tokens')
  expect(given.rows).toEqual([{ given_by: deputy }])
  // A name in an older row belongs to the same person as before the migration, and to nobody else.
  for (const [text, name] of made) {
    const found = await owner.query("select staff_named('staff:' || $1) as id", [name])
    expect([name, found.rows[0]?.id]).toEqual([name, text])
  }
})
