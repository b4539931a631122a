import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { type AttentionKind, newId } from '../kernel/index.ts'
import { endAttention } from '../ops/index.ts'
import { mailAttention } from './index.ts'

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true })
})
afterAll(() => laku.close())
beforeEach(async () => {
  await query(laku.ownerUrl, 'delete from attention')
  await laku.db.updateTable('attentionMails').set({ daily: null }).execute()
  await control('POST', 'reset')
  // The time is 05:00 in Jakarta on the next day.
  const now = laku.clock.now()
  const next = new Date(Math.ceil((now.getTime() + 1) / 86_400_000) * 86_400_000 - 2 * 3_600_000)
  laku.clock.shift((next.getTime() - now.getTime()) / 1000 + 86_400)
})

const to = 'jaga@laku.test'
async function control(method: string, path: string, body?: object) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${laku.sandbox.url}/control/${path}`, {
    method,
    ...(body === undefined ? {} : { headers }),
    ...sent,
  })
  return answer.status === 204
    ? []
    : ((await answer.json()) as { id: string; subject: string; body: string }[])
}
const mails = () => control('GET', `messages?to=${to}`)
const run = () =>
  mailAttention({ unitOfWork: laku.unitOfWork, actor: system, mailer: laku.providers.mailer, to })
const raise = (kind: AttentionKind, message = kind as string) =>
  laku.system(async (work) =>
    work.requestAttention({ kind, subject: ['test', newId()], message, command: `laku attention list` }),
  )

it('what is about money goes at once, each item once, and the rest waits for the morning', async () => {
  await raise('payout_stuck', 'A payout is stuck')
  await raise('pickup_short')
  expect([await run(), await run()]).toEqual([true, false])
  expect(await mails()).toMatchObject([{ subject: 'Laku: A payout is stuck' }])
  laku.clock.shift(4 * 3600)
  expect([await run(), await run()]).toEqual([true, false])
  const [daily] = await mails()
  expect(daily?.subject).toMatch(/^Laku: 2 items need attention, \d{4}-\d\d-\d\d$/)
  expect(daily?.body).toMatch(/A payout is stuck.*pickup_short/s)
})

it('a mail that left before its process died leaves again under the same id, and another mail has another', async () => {
  await raise('payout_stuck', 'A payout is stuck')
  const { mailer } = laku.providers
  const dying = {
    send: async (mail: Parameters<typeof mailer.send>[0]) => {
      await mailer.send(mail)
      throw new Error('the process died')
    },
  }
  const died = mailAttention({ unitOfWork: laku.unitOfWork, actor: system, mailer: dying, to })
  await expect(died).rejects.toThrow('died')
  expect([await run(), await run()]).toEqual([true, false])
  await raise('payout_stuck', 'Another payout is stuck')
  expect(await run()).toBe(true)
  const ids = (await mails()).map((mail) => mail.id)
  expect([ids.length, new Set(ids).size]).toEqual([3, 2])
})

it('many items about money at once are all mailed, and the first mail says how many there are', async () => {
  const kinds = ['money_in_suspense', 'buyer_owes', 'item_set_aside'] as const
  for (let i = 0; i < 60; i++) await raise(kinds[i % 3] as AttentionKind, `item ${i}.`)
  expect([await run(), await run(), await run()]).toEqual([true, true, false])
  const sent = await mails()
  expect(sent.map((mail) => mail.subject).toSorted()).toEqual([
    'Laku: 10 items about money need attention',
    'Laku: 60 items about money need attention',
  ])
  const texts = sent.map((mail) => mail.body).join()
  expect(texts).toContain('and 10 more')
  for (let i = 0; i < 60; i++) expect(texts).toContain(`item ${i}.`)
})

it('what was resolved before the mail is in none, and what is raised again after that is mailed again', async () => {
  const item = { kind: 'payout_stuck', subject: ['test', newId()], command: 'laku attention list' } as const
  const again = (message: string) =>
    laku.system(async (work) => work.requestAttention({ ...item, subject: [...item.subject], message }))
  const end = () => laku.system((work) => endAttention(work, item.kind, item.subject[1], 'it went on'))
  await again('first')
  await end()
  expect(await run()).toBe(false)
  await again('second')
  expect([await run(), await again('third'), await run()]).toEqual([true, undefined, false])
  await end()
  await again('fourth')
  expect(await run()).toBe(true)
  expect((await mails()).map((mail) => mail.subject).toSorted()).toEqual(['Laku: fourth', 'Laku: second'])
})

it('what asks for another command now is told with that command and mailed again, and the same again is not', async () => {
  const about = { kind: 'refund_stuck', subject: ['refund', newId()] as [string, string] } as const
  const ask = (message: string, command: string) =>
    laku.system(async (work) => work.requestAttention({ ...about, message, command }))
  await ask('Look at it', 'laku refunds show RFD-1')
  expect(await run()).toBe(true)
  await ask('Look at it, 2 times', 'laku refunds show RFD-1')
  expect(await run()).toBe(false)
  await ask('It is dead', 'laku refunds declare-dead RFD-1')
  expect([await run(), await run()]).toEqual([true, false])
  const [last] = await mails()
  expect(last?.body).toMatch(/It is dead.*laku refunds declare-dead RFD-1/s)
})

it('a mail server that is down loses nothing', async () => {
  await raise('refund_stuck', 'A refund is stuck')
  await control('PUT', 'faults', [{ provider: 'email', kind: 'error' }])
  expect([await run(), await run()]).toEqual([false, false])
  await control('PUT', 'faults', [])
  expect([await run(), await run()]).toEqual([true, false])
  expect(await mails()).toHaveLength(1)
})

it('nothing open is no mail, and neither is nobody to write to, or a paused channel', async () => {
  laku.clock.shift(4 * 3600)
  expect(await run()).toBe(false)
  await raise('payout_stuck')
  const nobody = { unitOfWork: laku.unitOfWork, actor: system, mailer: laku.providers.mailer, to: undefined }
  expect(await mailAttention(nobody)).toBe(false)
  const pause = (paused: boolean) =>
    laku.db.updateTable('switches').set({ paused }).where('name', '=', 'email').execute()
  await pause(true)
  expect(await run()).toBe(false)
  await pause(false)
  expect(await run()).toBe(true)
})
