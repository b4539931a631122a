import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { otpDeliverJob } from '../../jobs/otp/deliver.ts'
import { whatsappSendJob } from '../../jobs/whatsapp/send.ts'
import { whatsappSweepJob } from '../../jobs/whatsapp/sweep.ts'
import { SWITCHES } from '../../sandbox/profile.ts'
import { requestOtp } from '../auth/index.ts'
import { newId } from '../kernel/index.ts'
import { type NewMessage, queueMessages, recordStatuses } from './index.ts'

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    sandbox: true,
    jobs: [whatsappSendJob, whatsappSweepJob, otpDeliverJob],
    policy: { whatsappBurst: 10_000 },
  })
})
afterAll(() => laku.close())
beforeEach(async () => {
  await control('POST', 'reset')
  // The application may not delete attention items and messages; the database's owner may.
  await query(
    laku.ownerUrl,
    'delete from whatsapp_messages; delete from whatsapp_holds; delete from attention',
  )
})

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${laku.sandbox.url}/control/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  expect(answer.ok).toBe(true)
  return answer.status === 204 ? undefined : await answer.json()
}
/** Lets the sandbox refuse messages: by its profile if that can play this refusal, otherwise by a fault. */
const refuseBy = async (code?: string) => {
  const isPlayed = SWITCHES['whatsapp.refusal'].choices.some((choice) => choice === code)
  await control('PUT', 'profile', isPlayed ? { 'whatsapp.refusal': code } : {})
  const isFault = code !== undefined && !isPlayed
  await control('PUT', 'faults', isFault ? [{ provider: 'whatsapp', kind: 'refuse', code }] : [])
}
const queue = async (count: number, more: Partial<NewMessage> = {}) =>
  await laku.system((work) =>
    queueMessages(
      work,
      Array.from({ length: count }, (_, n) => ({
        dedupeKey: newId(),
        to: `+62812345678${10 + n}`,
        template: 'settlement_paid',
        params: ['PT Maju', 'STL-1', 'Rp 1.000'],
        ...more,
      })),
    ),
  )
const statuses = async () => {
  const rows = await laku.db.selectFrom('whatsappMessages').select('status').execute()
  return Object.fromEntries(
    [...Map.groupBy(rows, (row) => row.status)].map(([status, some]) => [status, some.length]),
  )
}
const open = () =>
  laku.db.selectFrom('attention').select(['kind', 'subjectId']).where('resolvedAt', 'is', null).execute()
const later = async (seconds: number) => {
  laku.clock.shift(seconds)
  await laku.drain()
}

describe('fact 8: a refusal that is about our account', () => {
  it.each(['190', '131042', '131031', '368', '131048', '133010'])(
    '%s holds everybody, is shown once, tries one at a time, and all goes by itself once it is over',
    async (code) => {
      await refuseBy(code)
      await queue(30)
      await laku.drain()
      expect(await statuses()).toEqual({ queued: 30 })
      await queue(10)
      await later(61)
      await later(300)
      expect(await statuses()).toEqual({ queued: 40 })
      expect(await open()).toEqual([{ kind: 'whatsapp_held', subjectId: 'account' }])
      const asked = await laku.db.selectFrom('whatsappMessages').select('attempts').execute()
      // The messages that were under way together were tried, and then one probe each time.
      expect(asked.reduce((sum, row) => sum + row.attempts, 0)).toBeLessThanOrEqual(32)
      await refuseBy()
      await later(901)
      await later(1)
      expect(await statuses()).toMatchObject({ sent: 40 })
      expect(await open()).toEqual([])
    },
  )

  it.each(['132001', '132015', '132016', '132000'])(
    '%s holds its template alone, and the others go',
    async (code) => {
      await refuseBy(code)
      await queue(3)
      await laku.drain()
      await refuseBy()
      await queue(2, { template: 'purchase_order', params: ['PT Maju', 'PO-1', 'A 1 pcs'] })
      await laku.drain()
      expect(await statuses()).toEqual({ queued: 3, sent: 2 })
      expect(await open()).toEqual([{ kind: 'whatsapp_held', subjectId: 'template:settlement_paid:id' }])
      await later(61)
      await later(1)
      expect(await statuses()).toEqual({ sent: 5 })
      expect(await open()).toEqual([])
    },
  )

  it('131049 puts a message off for a day, and loses none', async () => {
    await refuseBy('131049')
    await queue(2)
    await laku.drain()
    expect(await statuses()).toEqual({ queued: 2 })
    expect(await open()).toEqual([{ kind: 'whatsapp.failed', subjectId: '131049' }])
    await refuseBy()
    await later(86_401)
    expect(await statuses()).toEqual({ sent: 2 })
  })

  it('a number that nobody listed is tried again like a failure', async () => {
    await refuseBy('131999')
    await queue(1)
    await laku.drain()
    expect(await statuses()).toEqual({ queued: 1 })
    await refuseBy()
    await later(11)
    expect(await statuses()).toEqual({ sent: 1 })
  })

  it('a recipient who cannot be reached holds up nobody', async () => {
    await control('PUT', 'faults', [{ provider: 'whatsapp', kind: 'refuse', code: '131026', times: 1 }])
    await queue(2)
    await laku.drain()
    expect(await statuses()).toEqual({ failed: 1, sent: 1 })
  })

  it('sends a one-time code another way at once, the first and those that come while it lasts', async () => {
    await refuseBy('190')
    const ask = async (phone: string) => {
      await laku.system((work) => requestOtp(work, { phone, ip: null }))
      await laku.drain()
      return await control('GET', `messages?to=${encodeURIComponent(phone)}&channel=sms`)
    }
    expect(await ask('+628111111101')).toMatchObject([{ code: expect.stringMatching(/^\d{6}$/) }])
    expect(await ask('+628111111102')).toMatchObject([{ code: expect.stringMatching(/^\d{6}$/) }])
    expect(await open()).toEqual([{ kind: 'whatsapp_held', subjectId: 'account' }])
  })

  it('is heard after a message was taken as well: it goes again', async () => {
    const [id] = await queue(1)
    await laku.drain()
    const read = async () =>
      await laku.db
        .selectFrom('whatsappMessages')
        .selectAll()
        .where('id', '=', id as string)
        .executeTakeFirstOrThrow()
    const { providerMessageId } = await read()
    const update = { providerMessageId: providerMessageId as string, status: 'failed', at: laku.clock.now() }
    await laku.system((work) => recordStatuses(work, [{ ...update, failureCode: '131042' }]))
    expect(await read()).toMatchObject({ status: 'queued', heldScope: 'account', providerMessageId: null })
    // The second copy of the same update matches no message any more.
    await laku.system((work) => recordStatuses(work, [{ ...update, failureCode: '131042' }]))
    await later(61)
    expect(await read()).toMatchObject({ status: 'sent', heldScope: null })
    expect(await open()).toEqual([])
  })

  it('of two workers one tries', async () => {
    await refuseBy('190')
    await queue(8)
    await laku.drain()
    laku.clock.shift(61)
    await Promise.all([laku.drain(), laku.drain()])
    const { probes } = await laku.db.selectFrom('whatsappHolds').selectAll().executeTakeFirstOrThrow()
    expect(probes).toBe(1)
  })
})
