import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'

let laku: TestLaku

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
})
afterAll(() => laku.close())

describe('a job that stays running after a restart (pg-boss #365, #510, river #1258)', () => {
  it('is given out again once its worker has been silent, with what it was to do', async () => {
    const boss = await laku.queue.boss()
    const id = await boss.send('groups.fulfil', { sessionId: 'x' })
    const take = async () => (await boss.fetch<{ sessionId: string }>('groups.fulfil'))[0]
    expect((await take())?.id).toBe(id)
    await boss.supervise('groups.fulfil')
    expect(await take()).toBeUndefined()
    // A minute passes, in which nobody said that they are still at work on it.
    await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where id = ${id}::uuid`.execute(
      laku.db,
    )
    await sql`update pgboss.queue set monitor_claim_on = monitor_claim_on - interval '1 minute' where name = 'groups.fulfil'`.execute(
      laku.db,
    )
    await boss.supervise('groups.fulfil')
    // A retry waits for a moment.
    let again = await take()
    for (let tries = 0; !again && tries < 40; tries++) {
      await wait(100)
      again = await take()
    }
    expect(again).toMatchObject({ id, data: { sessionId: 'x' } })
  })
})
