import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { jobs } from './registry.ts'
import { startWorker, writeCalendar } from './worker.ts'

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
    // A minute passes without a heartbeat of the job's worker.
    await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where id = ${id}::uuid`.execute(
      laku.db,
    )
    await sql`update pgboss.queue set monitor_claim_on = monitor_claim_on - interval '1 minute' where name = 'groups.fulfil'`.execute(
      laku.db,
    )
    await boss.supervise('groups.fulfil')
    // A retry becomes due only after a moment.
    let again = await take()
    for (let tries = 0; !again && tries < 40; tries++) {
      await wait(100)
      again = await take()
    }
    expect(again).toMatchObject({ id, data: { sessionId: 'x' } })
  })
})

describe('schedules that are missed, or fire twice (pg-boss #549, #557)', () => {
  const minute = new Date().getMinutes()
  /** A job with a cron time that does not occur during this test. */
  const name = [16, 17, 18].includes(minute) ? 'ledger.snapshot' : 'keys.prune'
  const runs = async () => {
    const { rows } = await sql<{ state: string }>`
      select state::text from pgboss.job where name = ${name}`.execute(laku.db)
    return rows.map((row) => row.state)
  }
  /**
   * Makes it look as if no worker had checked the cron times for three hours, in which the job was due at
   * least three times.
   */
  const nobodyLooked = async () => {
    await sql`update pgboss.version set cron_on = now() - interval '3 hours'`.execute(laku.db)
    await sql`update pgboss.schedule set created_on = now() - interval '1 day'`.execute(laku.db)
  }

  it('what came due while no worker ran is done late, once, though two workers find it, and find it again', async () => {
    expect(jobs.find((job) => job.name === name)?.cron).toBeTypeOf('string')
    await writeCalendar(await laku.queue.boss())
    await nobodyLooked()
    const workers = await Promise.all([1, 2].map(() => startWorker(laku, { calendarS: 1 })))
    try {
      await expect.poll(runs, { timeout: 20_000 }).toEqual(['completed'])
      // The time of the last check is lost, as after a crash before the commit. So both checks see the same
      // hours.
      for (let look = 0; look < 2; look++) {
        await nobodyLooked()
        await wait(1_200)
      }
      expect(await runs()).toEqual(['completed'])
    } finally {
      await Promise.all(workers.map((worker) => worker.close()))
    }
  })
})
