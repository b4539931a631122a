import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { newId, type Work } from './index.ts'

describe('the unit of work', () => {
  let laku: TestLaku
  const seen: string[] = []

  beforeAll(async () => {
    laku = await openTestLaku({
      choreography: {
        'user.registered': {
          reactions: [
            async (work, events) => {
              seen.push(`registered ${events.length}`)
              work.emit(...events.map(({ payload }) => optOf(payload.userId)))
            },
          ],
        },
        'otp.requested': { reactions: [async (_, events) => void seen.push(`otp ${events.length}`)] },
        'product.created': { reactions: [async (work) => work.emit(productOf())] },
      },
    })
  })
  afterAll(() => laku.close())

  const userOf = (userId: string) =>
    ({ type: 'user.registered', aggregate: ['user', userId], payload: { userId } }) as const
  const optOf = (challengeId: string) =>
    ({
      type: 'otp.requested',
      aggregate: ['otp', challengeId],
      payload: { challengeId, messageId: null },
    }) as const
  const productOf = () => {
    const productId = newId()
    return {
      type: 'product.created',
      aggregate: ['product', productId],
      payload: { productId, factoryId: newId() },
    } as const
  }
  const countEvents = async () =>
    (await laku.db.selectFrom('events').select(sql<number>`count(*)::int`.as('n')).executeTakeFirstOrThrow())
      .n

  it('gives all events of a type to a reaction at once, and follows what reactions emit', async () => {
    seen.length = 0
    await laku.system(async (work) => work.emit(userOf(newId()), userOf(newId())))
    expect(seen).toEqual(['registered 2', 'otp 2'])
    expect(await countEvents()).toBe(4)
  })

  it('writes events, audit and attention with the change, or none of it', async () => {
    const before = await countEvents()
    const use = async (work: Work, fail: boolean) => {
      const id = newId()
      work.emit(userOf(id))
      work.audit({ command: 'test', subject: ['user', id], after: { name: 'x' } })
      work.requestAttention({
        kind: 'payout_unexpected',
        subject: ['user', id],
        message: 'look',
        command: 'laku users show',
      })
      if (fail) await sql`select 1 / 0`.execute(work.tx)
      return id
    }
    await expect(laku.as(admin, (work) => use(work, true))).rejects.toThrow('division by zero')
    expect(await countEvents()).toBe(before)
    const id = await laku.as(admin, (work) => use(work, false))
    const audit = await laku.db
      .selectFrom('auditLog')
      .selectAll()
      .where('subjectId', '=', id)
      .executeTakeFirstOrThrow()
    expect(audit).toMatchObject({ actorName: 'ana', reason: 'a test', command: 'test', after: { name: 'x' } })
    const attention = await laku.db.selectFrom('attention').selectAll().where('subjectId', '=', id).execute()
    expect(attention).toMatchObject([{ kind: 'payout_unexpected', times: 1, resolvedAt: null }])
  })

  it('keeps one open attention a kind and subject, and counts', async () => {
    const id = newId()
    const raise = (work: Work) => {
      work.requestAttention({
        kind: 'closing_stuck',
        subject: ['user', id],
        message: 'again',
        command: 'laku doctor',
      })
      return Promise.resolve()
    }
    await laku.system(raise)
    await laku.system(raise)
    const rows = await laku.db.selectFrom('attention').select(['times']).where('subjectId', '=', id).execute()
    expect(rows).toEqual([{ times: 2 }])
  })

  it('stops reactions that never come to an end', async () => {
    await expect(laku.system(async (work) => work.emit(productOf()))).rejects.toThrow(
      'did not come to an end',
    )
  })

  it('runs a dry run to its end, tells what would happen, and changes nothing', async () => {
    const before = await countEvents()
    const { result, report } = await laku.unitOfWork.dryRun(system, async (work) => {
      const id = newId()
      work.emit(userOf(id))
      work.audit({ command: 'test', subject: ['user', id] })
      return id
    })
    expect(result).toMatch(/^[0-9a-f-]{36}$/)
    expect(report.events.map((event) => event.type)).toEqual(['user.registered', 'otp.requested'])
    expect(report.audit).toHaveLength(1)
    expect(await countEvents()).toBe(before)
  })

  it('runs several dry in turn, each after those before it; one that fails is undone alone, and so is all at the end', async () => {
    const name = newId()
    const insert =
      (id: string) =>
      async ({ tx }: Work) => {
        await sql`insert into whatsapp_pace (to_phone, next_at) values (${name + id}, now())`.execute(tx)
        return (
          await tx.selectFrom('whatsappPace').select('toPhone').where('toPhone', 'like', `${name}%`).execute()
        ).length
      }
    const [a, b] = [newId(), newId()]
    const uses = [a, a, b].map((id) => ({ actor: admin, use: insert(id) }))
    const outcomes = await laku.unitOfWork.dryRunInTurn(uses)
    expect(outcomes).toMatchObject([{ result: 1 }, { error: expect.anything() }, { result: 2 }])
    expect(await laku.system(insert(newId()))).toBe(1)
  })

  it('lets go of what a dry run holds as soon as somebody waits for it', async () => {
    const id = newId()
    await sql`insert into whatsapp_pace (to_phone, next_at) values (${id}, now())`.execute(laku.db)
    const touch = ({ tx }: Work) =>
      sql`update whatsapp_pace set next_at = next_at where to_phone = ${id}`.execute(tx)
    let waitedMs = 0
    let other: Promise<void> | undefined
    const uses = Array.from({ length: 200 }, () => ({
      actor: admin,
      use: async (work: Work) => {
        await touch(work)
        other ??= (async () => {
          const began = performance.now()
          await laku.system(touch)
          waitedMs = performance.now() - began
        })()
        await sql`select pg_sleep(0.01)`.execute(work.tx)
      },
    }))
    const outcomes = await laku.unitOfWork.dryRunInTurn(uses)
    await other
    expect(outcomes.length).toBeLessThan(50)
    expect(waitedMs).toBeLessThan(500)
  })

  it('lets a use case that only reads write nothing and tell nothing', async () => {
    const read = (use: (work: Work) => Promise<unknown>) => laku.unitOfWork.read(admin, use)
    const insert = sql`insert into whatsapp_pace (to_phone, next_at) values (${newId()}, now())`
    expect(await read(({ tx }) => tx.selectFrom('clock').select('shiftS').execute())).toEqual([{ shiftS: 0 }])
    await expect(read(({ tx }) => insert.execute(tx))).rejects.toThrow('read-only transaction')
    await expect(read(async (work) => work.emit(userOf(newId())))).rejects.toThrow('emitted user.registered')
    await expect(
      read(async (work) => work.audit({ command: 'test', subject: ['user', newId()] })),
    ).rejects.toThrow('read-only transaction')
  })

  it('runs a deadlock again from the start', async () => {
    const [a, b] = [newId(), newId()]
    const insert = (id: string) =>
      sql`insert into whatsapp_pace (to_phone, next_at) values (${id}, now())`.execute(laku.db)
    await insert(a)
    await insert(b)
    let attempts = 0
    const bothHoldOne = Promise.withResolvers<void>()
    const lockBoth = (first: string, second: string) =>
      laku.system(async (work) => {
        await sql`update whatsapp_pace set next_at = next_at where to_phone = ${first}`.execute(work.tx)
        if (++attempts === 2) bothHoldOne.resolve()
        await bothHoldOne.promise
        await sql`update whatsapp_pace set next_at = next_at where to_phone = ${second}`.execute(work.tx)
      })
    await Promise.all([lockBoth(a, b), lockBoth(b, a)])
    expect(attempts).toBeGreaterThanOrEqual(3)
  })

  it('refuses to change or remove what is written once', async () => {
    for (const change of [
      'update events set type = type',
      'delete from events',
      'truncate events',
      'delete from audit_log',
    ]) {
      await expect(sql.raw(change).execute(laku.db)).rejects.toThrow(/permission denied|is refused/)
    }
  })
})
