import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { query } from '../../test/global-setup.ts'
import { openTestLaku, system } from '../../test/laku.ts'
import { secondsAfter, UnitOfWork } from '../domain/kernel/index.ts'
import { workRecords } from '../domain/ops/work-records.ts'
import { SharedClock } from './clock.ts'
import { beganAt } from './database.ts'

test("a unit of work has the database's time and development's shift, whatever its process believes", async () => {
  const laku = await openTestLaku()
  const clock = await SharedClock.open(laku.pool, 'development')
  const { db, policy, vault } = laku
  const unitOfWork = new UnitOfWork({
    db,
    clock,
    beganAt,
    policy,
    vault,
    records: workRecords,
    choreography: async () => ({}) as never,
    enqueue: async () => {},
  })
  await query(laku.ownerUrl, 'update clock set shift_s = 3600')
  await clock.refresh()
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01T00:00:00Z') })
  try {
    const [now, began] = await unitOfWork.run(system, async (work) => {
      const { rows } = await sql<{ began: Date }>`select now() as began`.execute(work.tx)
      return [work.now, rows[0]?.began]
    })
    expect(clock.now().getUTCFullYear()).toBe(2001)
    expect(now).toEqual(secondsAfter(began as Date, 3600))
  } finally {
    vi.useRealTimers()
    clock.close()
    await laku.close()
  }
})
