import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { isPaused } from '../../ops/index.ts'
import { databaseDoubt, doubtMoved, recordDatabaseIdentity, recordFirstPlace } from '../index.ts'

describe('which database this is', () => {
  let laku: TestLaku
  beforeAll(async () => {
    laku = await openTestLaku()
  })
  afterAll(() => laku.close())

  const doubt = () => laku.system(({ tx }) => databaseDoubt(tx))
  const paused = () =>
    laku.system(({ tx }) =>
      Promise.all((['payouts', 'xendit', 'biteship', 'joins'] as const).map((name) => isPaused(tx, name))),
    )
  const record = () => laku.system((work) => recordDatabaseIdentity(work, 'db.example/laku'))

  it('is known as it was made, and stays so when its place is said', async () => {
    expect(await doubt()).toBeUndefined()
    await laku.system((work) => recordFirstPlace(work, 'db.example/laku'))
    await laku.system((work) => recordFirstPlace(work, 'elsewhere/laku'))
    expect(await doubt()).toBeUndefined()
    const { rows } = await sql<{ place: string }>`select place from database_identity`.execute(laku.db)
    expect(rows).toEqual([{ place: 'db.example/laku' }])
  })

  const copies: [why: string, made: string][] = [
    ['its rows were written anew from a dump', 'update database_identity set place = place'],
    [
      'it is a copy in another database cluster',
      "update database_identity set system_id = '7', written_in = pg_current_xact_id()",
    ],
    [
      'a standby or a restored copy was promoted',
      "update database_identity set timeline = '00000009', written_in = pg_current_xact_id()",
    ],
    [
      'a backup was restored',
      'update database_identity set is_restored = true, written_in = pg_current_xact_id()',
    ],
    ['the row that identifies the database was deleted', 'delete from database_identity'],
  ]
  it.each(copies)('is in doubt where %s: what calls a provider waits, joins go on', async (why, made) => {
    expect(await paused()).toEqual([false, false, false, false])
    await query(laku.ownerUrl, made)
    expect(await doubt()).toMatchObject({ why })
    expect(await paused()).toEqual([true, true, true, false])
    await record()
    expect(await doubt()).toBeUndefined()
  })

  it('is in doubt where its data folder is started at another place, until somebody says what it is', async () => {
    const start = (place: string) => laku.system((work) => doubtMoved(work, place))
    await record()
    await start('db.example/laku')
    expect(await doubt()).toBeUndefined()
    await start('copy.example/laku')
    expect(await doubt()).toMatchObject({ isRestored: true, place: 'db.example/laku' })
    expect(await paused()).toEqual([true, true, true, false])
    // Started again where it was, it stays in doubt: the copy may have sent meanwhile.
    await start('db.example/laku')
    expect((await doubt())?.why).toContain('copy.example/laku')
    await record()
    expect(await doubt()).toBeUndefined()
  })
})
