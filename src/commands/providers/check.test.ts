import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runLaku } from '../../../test/command-line.ts'
import type { TestLaku } from '../../../test/laku.ts'
import {
  type CheckFixture,
  cases,
  differing,
  newInvoice,
  openCheckFixture,
  otherChoices,
  outcomes,
  seen,
} from '../../../test/provider-check.ts'
import { openWire, replying, type Wire } from '../../../test/provider-wire.ts'
import type { Policy } from '../../domain/kernel/index.ts'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import { createBiteshipCourier } from '../../providers/biteship/courier.ts'
import { payoutEventProbe } from '../../providers/check/deliveries.ts'
import { Masker } from '../../providers/check/mask.ts'
import { notSeen } from '../../providers/check/not-seen.ts'
import { Ear } from '../../providers/check/probe.ts'
import type { RecordedAnswer } from '../../providers/check/recorder.ts'
import { invoiceProbe, smallInvoiceProbe } from '../../providers/check/xendit-invoices.ts'
import { channelsProbe } from '../../providers/check/xendit-money.ts'
import { createXenditGateway } from '../../providers/xendit/gateway.ts'
import { createXenditPayouts } from '../../providers/xendit/payouts.ts'
import type { Config } from '../../runtime/config.ts'
import type { Laku } from '../../runtime/laku.ts'
import { SWITCHES, type SwitchName } from '../../sandbox/profile.ts'

let f: CheckFixture
let laku: TestLaku
const folder = mkdtempSync(join(tmpdir(), 'laku-check-'))

beforeAll(async () => {
  f = await openCheckFixture()
  laku = f.laku
})
beforeEach(() => f.reset())
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await f?.close()
})

/** The switches that no harmless request can show. The command lists their facts, with the reason. */
const unseen: readonly SwitchName[] = ['biteship.ping']

/** One switch for each provider, for tests of the whole command. check.proof.test.ts has all switches. */
const whole = [
  ['xendit.qris-method', 'QRIS', 'paid invoices'],
  ['biteship.cancel', 'rejected', 'an order, cancelled'],
  ['whatsapp.token', 'expired', 'phone number'],
  ['fonnte.quota', 'used_up', 'device'],
] as const

describe('laku providers check', () => {
  it('finds all as it is written at strict providers, and leaves nothing to pay or to send behind', async () => {
    await f.paid('QRIS')
    await f.paid('DANA')
    await f.wroteAndHeard()
    for (const settings of [{}, f.fonnte()]) {
      const { exitCode, checks, told } = await f.check([], settings)
      expect(checks.filter((check) => check.outcome !== 'ok')).toEqual([])
      expect([exitCode, told.ok]).toEqual([0, true])
    }
    const { gateway } = laku.providers
    expect(await gateway.listInvoices({ statuses: ['PENDING'], limit: 100 })).toEqual([])
    const book = await gateway.listTransactions({ limit: 50 })
    const payouts = book.transactions.filter((item) => item.type === 'DISBURSEMENT')
    expect(payouts.map((item) => item.status)).toEqual(['FAILED', 'FAILED', 'FAILED', 'FAILED'])
  })

  it('leaves nobody anything to do where laku hears of the test account', async () => {
    expect((await f.check()).exitCode).toBe(0)
    await laku.sandbox.settleWebhooks()
    const heard = await laku.db
      .selectFrom('webhookInbox')
      .select('provider')
      .where('provider', '=', 'xendit')
      .execute()
    expect(heard.length).toBeGreaterThan(0)
    await laku.drain()
    laku.clock.shift(600)
    await laku.drain()
    expect(await laku.db.selectFrom('attention').select(['kind', 'message']).execute()).toEqual([])
    expect(await laku.db.selectFrom('webhookInbox').select('status').distinct().execute()).toEqual([
      { status: 'processed' },
    ])
  })

  it('sees or names every switch of the sandbox', () => {
    expect([...Object.keys(seen), ...unseen].sort()).toEqual(Object.keys(SWITCHES).sort())
    const told = new Set(notSeen.map((item) => item.fact))
    for (const name of unseen) expect(told).toContain(SWITCHES[name].fact)
  })

  it.each(cases)('sees %s: %s by its own check', async (name, choice, found) => {
    await f.behave(name, choice, found)
    const facts = differing(await f.ask(found, f.settingsFor(name)))
    expect([...new Set(facts)]).toEqual([`${found}: ${SWITCHES[name].fact}`])
  })

  it.each(whole)('finds %s: %s, and nothing else', (name, choice, found) => f.finds(name, choice, found))

  it('is not misled by what it cannot see', async () => {
    const others = unseen.map((name) => [name, otherChoices(name)[0]])
    await f.control('PUT', 'profile', Object.fromEntries(others))
    await f.paid('QRIS')
    const { exitCode, checks, told } = await f.check()
    expect([exitCode, differing(checks)]).toEqual([0, []])
    expect(told.not_seen.map((item) => item.fact)).toEqual(
      expect.arrayContaining(['biteship.install-ping', 'xendit.disputes']),
    )
  })

  it('says where deliveries cannot be read, and where none comes', async () => {
    const alone = await f.check([], { databaseUrl: undefined } as never)
    expect([alone.exitCode, outcomes(alone.checks, 'left_out')]).toEqual([
      0,
      expect.arrayContaining(['event of a failed payout', 'what Meta delivered']),
    ])
    const { payouts } = laku.providers
    const read = async () => []
    const probe = { payouts, key: 'alone', read, webhookUrl: 'https://shop.example/x', timeoutMs: 0 }
    await expect(payoutEventProbe(probe).ask()).rejects.toThrow('https://shop.example/x in the dashboard')
  })

  it('counts no difference that is known, and shows it all the same', async () => {
    await f.control('PUT', 'profile', { 'biteship.rates': 'one_unpriced' })
    const known = await f.check(['--known', 'biteship.rate-price'])
    expect([known.exitCode, differing(known.checks)]).toEqual([0, ['rates: biteship.rate-price']])
    expect((await f.check(['--known', 'xendit.settlement'])).exitCode).toBe(8)
    expect((await f.check(['--known', 'nonsense'])).exitCode).toBe(2)
  })

  it('finds templates that are missing, reworded, paused or of another category', async () => {
    const { templates } = await import('../../providers/whatsapp/templates.ts')
    const settled = templates.find(({ name }) => name === 'settlement_paid')
    const order = templates.find(({ name }) => name === 'purchase_order')
    await f.control('PUT', 'templates', [
      { ...settled, body: 'Halo {{1}}, uang {{2}} sebesar {{3}} sudah ada di rekening Anda sekarang, ya.' },
      { ...order, status: 'PAUSED', category: 'MARKETING' },
    ])
    const { exitCode, checks } = await f.check()
    expect(exitCode).toBe(8)
    const said = checks.find((check) => check.check === 'templates')?.says
    expect(said).toContain('the registered text of settlement_paid (id) is different')
    expect(said).toContain('purchase_order (id) is PAUSED')
    expect(said).toContain('purchase_order (id) has the category MARKETING, not UTILITY')
    const unset = await f.check([], { whatsappBusinessId: undefined })
    expect([unset.exitCode, outcomes(unset.checks, 'unasked')]).toEqual([6, ['templates']])
  })

  it('says who did not answer, ends with 6, and with 8 where another differs', async () => {
    await f.control('PUT', 'faults', [{ provider: 'biteship', kind: 'error' }])
    const down = await f.check()
    expect([down.exitCode, differing(down.checks)]).toEqual([6, []])
    expect(outcomes(down.checks, 'unasked')).toEqual([
      'couriers',
      'rates',
      'rates to nowhere',
      'areas',
      'an order, cancelled',
    ])
    const both = await f.check([], { smsToken: 'another' })
    expect([both.exitCode, outcomes(both.checks, 'differs')]).toEqual([8, ['account']])
    await f.control('PUT', 'faults', [])
    const nowhere = 'http://127.0.0.1:9'
    const away = await f.check([], {
      xenditApiUrl: nowhere,
      smtpUrl: 'smtp://127.0.0.1:9',
      publicUrl: nowhere,
    })
    expect([away.exitCode, differing(away.checks)]).toEqual([6, []])
    expect(away.checks.filter((item) => item.outcome === 'unasked').map((item) => item.provider)).toEqual([
      ...Array<string>(11).fill('xendit'),
      'email',
      ...Array<string>(3).fill('laku'),
    ])
  })

  it('cancels what it made where a later call fails', async () => {
    await f.control('PUT', 'faults', [
      { provider: 'xendit', operation: 'getInvoice', kind: 'error' },
      { provider: 'xendit', operation: 'getPayout', kind: 'refuse' },
    ])
    const { exitCode, checks } = await f.check()
    expect(exitCode).toBe(8)
    expect(outcomes(checks, 'unasked')).toEqual(['invoice'])
    expect(outcomes(checks, 'differs')).toEqual(['payout to the test account'])
    await f.control('PUT', 'faults', [])
    const { gateway } = laku.providers
    expect(await gateway.listInvoices({ statuses: ['PENDING'], limit: 100 })).toEqual([])
    const { transactions } = await gateway.listTransactions({ limit: 50 })
    expect(transactions).toMatchObject(Array(2).fill({ type: 'DISBURSEMENT', status: 'FAILED' }))
  })

  it('finds lists that are late, an account that makes small invoices, and channels that changed', async () => {
    const { gateway, payouts } = laku.providers
    const ear = new Ear()
    const probe = { gateway, ear, externalId: 'late', timeoutMs: 0 }
    await f.control('PUT', 'lists', { lag_s: 60 })
    const late = await invoiceProbe(probe).ask()
    expect(late.differences).toMatchObject([{ fact: 'xendit.list-lag' }, { fact: 'xendit.list-lag' }])
    const expired: string[] = []
    const generous = {
      ...gateway,
      createInvoice: async () => await gateway.createInvoice({ ...newInvoice, externalId: 'small' }),
      expireInvoice: async (id: string) => {
        expired.push(id)
        return await gateway.expireInvoice(id)
      },
    }
    const small = await smallInvoiceProbe({ ...probe, gateway: generous }).ask()
    expect(small.differences).toMatchObject([{ fact: 'xendit.invoice-minimum' }])
    expect(expired).toHaveLength(1)
    const [first, ...others] = await payouts.channels()
    const changed = {
      ...payouts,
      channels: async () => others.map((channelOfProvider) => ({ ...channelOfProvider, minimumIdr: 1 })),
    }
    const channels = await channelsProbe(changed).ask()
    const facts = channels.differences?.map((difference) => difference.fact)
    expect(first?.channelCode).toBe('ID_BCA')
    expect(new Set(facts)).toEqual(new Set(['xendit.payout-channels', 'xendit.payout-minimum']))
  })

  it("finds each secret of a webhook that is not the server's, and a key that is refused", async () => {
    const wrong: [string, string, Partial<Config>][] = [
      ['webhook of Xendit', 'XENDIT_CALLBACK_TOKEN', { xenditCallbackToken: ['another'] }],
      ['webhook of Biteship', 'BITESHIP_WEBHOOK_SECRET', { biteshipWebhookSecret: ['another'] }],
      ['webhook of Meta', 'WHATSAPP_VERIFY_TOKEN', { whatsappVerifyToken: ['another'] }],
      ['webhook of Meta', 'WHATSAPP_APP_SECRET', { whatsappAppSecret: ['another'] }],
      ['webhook of Fonnte', 'FONNTE_WEBHOOK_SECRET', { ...f.fonnte(), fonnteWebhookSecret: ['another'] }],
      ['balance', 'XENDIT_SECRET_KEY', { xenditSecretKey: 'xnd_development_other' }],
      ['couriers', 'BITESHIP_API_KEY', { biteshipApiKey: 'biteship_test.other' }],
    ]
    for (const [name, variable, settings] of wrong) {
      const isKey = variable.endsWith('_KEY')
      const { exitCode, checks } = isKey
        ? await f.check([], settings)
        : { exitCode: 8, checks: await f.ask(name, settings) }
      expect([exitCode, outcomes(checks, 'differs')], variable).toEqual([8, [name]])
      expect(checks.find((check) => check.check === name)?.todo).toContain(variable)
    }
  })

  it('refuses live keys; with --live it makes and moves nothing', async () => {
    const live = { xenditSecretKey: 'xnd_production_key', biteshipApiKey: 'biteship_live.key' }
    const refused = await f.check([], live)
    expect(refused.exitCode).toBe(2)
    expect(refused.told.error?.message).toContain('XENDIT_SECRET_KEY and BITESHIP_API_KEY')
    await f.paid('DANA')
    const { gateway, payouts } = laku.providers
    const before = await gateway.listTransactions({ limit: 50 })
    const { exitCode, checks } = await f.check(['--live'])
    expect(exitCode).toBe(0)
    expect(outcomes(checks, 'left_out')).toEqual([
      'invoice',
      'invoice below the minimum',
      'form of refunds',
      'a refund, repeated',
      'payout to the test account',
      'event of a failed payout',
      'an order, cancelled',
      'what Meta delivered',
    ])
    expect(await gateway.listTransactions({ limit: 50 })).toEqual(before)
    expect(await gateway.listInvoices({ statuses: ['PENDING', 'EXPIRED'], limit: 100 })).toEqual([])
    expect(await payouts.channels()).not.toEqual([])
  })

  it('finds an account with less than the float that laku is set to', async () => {
    const policy = { ...laku.config.policy, floatIdr: 1_000 }
    await f.control('PUT', 'balance', { float_idr: 0 })
    expect(differing((await f.check([], { policy })).checks)).toEqual(['balance: xendit.settlement'])
    await f.control('PUT', 'balance', { spendable_idr: 1_000 })
    expect((await f.check([], { policy })).exitCode).toBe(0)
  })

  it('says what laku believes of the account, and why', async () => {
    const policy: Policy = {
      ...laku.config.policy,
      floatIdr: 5_000_000,
      refundChannels: { GOPAY: false, OVO: { days: 14, parts: true } },
    }
    const config: Config = { ...laku.config, policy }
    const run = await runLaku({ config } as Laku, ['providers', 'show', '--json'])
    const { beliefs } = JSON.parse(run.stdout) as { beliefs: { about: string }[] }
    const of = (about: string) => beliefs.find((item) => item.about === about)
    expect(run.exitCode).toBe(0)
    expect(of('refunds of GOPAY')).toMatchObject({
      believed: 'none: the money goes into the wallet',
      because: 'policy.refundChannels',
    })
    expect(of('refunds of OVO')).toMatchObject({ believed: 'within 14 days, whole or in parts' })
    expect(of('refunds of LINKAJA')).toMatchObject({
      believed: 'within 30 days, whole only',
      because: 'xendit.refund-channels',
    })
    expect(of('refunds name their payment')?.about).toBeDefined()
    expect(of("the company's own money there (float)")).toMatchObject({
      believed: 'Rp 5.000.000',
      because: 'policy.floatIdr',
    })
    expect((await runLaku({ config } as Laku, ['providers', 'show'])).stdout).toMatch(
      /^about +believed +because\n/,
    )
  })

  it('prints a table, and below it what to do', async () => {
    await f.control('PUT', 'profile', { 'xendit.qris-method': 'QRIS' })
    await f.paid('QRIS')
    const { stdout, stderr, exitCode } = await runLaku({ config: laku.config } as Laku, [
      'providers',
      'check',
    ])
    expect(exitCode).toBe(8)
    expect(stdout).toMatch(/^provider +check +outcome +says\n/)
    expect(stdout).toMatch(/xendit +balance +ok +\d+ rupiah are spendable/)
    expect(stdout).toMatch(/biteship +biteship\.install-ping +not checked +Biteship sends the ping/)
    expect(stdout).toMatch(
      /paid invoices.*\(xendit\.qris-source\)\n {2}what to do: nothing, because laku reads both/,
    )
    expect(stderr).toContain('✗ xendit: paid invoices')
  })
})

describe('what --record keeps', () => {
  it('has no personal data, and is read by the real clients', async () => {
    const kept = join(folder, 'kept')
    await f.paid('QRIS')
    await f.paid('DANA')
    const { exitCode, checks } = await f.check(['--record', kept])
    expect([exitCode, differing(checks)]).toEqual([0, []])
    expect((await f.check(['--record', kept])).exitCode).toBe(2)
    const text = readdirSync(kept)
      .map((file) => readFileSync(join(kept, file), 'utf8'))
      .join('\n')
    for (const personal of ['Siti', 'Rahayu', '81234567890', 'siti@', 'Laku Check', '131313', '811-0000'])
      expect(text).not.toContain(personal)
    await replay(kept)
  })

  // Replays a recording of the real providers: LAKU_RECORDED=folder npx vitest run
  // src/commands/providers/check.test.ts
  it.runIf(process.env.LAKU_RECORDED)('the recording that LAKU_RECORDED names is read', async () => {
    await replay(process.env.LAKU_RECORDED as string)
  })

  it('masks one value by one mask, and keeps what the clients need', () => {
    const masker = new Masker()
    const masked = masker.mask(
      {
        id: '5dd599ebdefcd4158eb8470b',
        status: 'PAID',
        amount: 20_500,
        customer: { given_names: 'Siti', mobile_number: '+6281234567890', id: 'siti@example.com' },
        payer: { given_names: 'Siti', mobile_number: '+6281234567890' },
        channel_properties: { account_number: '1234567890', account_holder_name: 'SITI RAHAYU' },
        paid_at: '2026-11-29T10:00:00.000Z',
        unheard_of: 'Jl. Melati 5, Bandung',
        also: '0812 3456 7890',
      },
      'list_invoices',
    ) as Record<string, Record<string, string>>
    expect(masked).toMatchObject({ id: '5dd599ebdefcd4158eb8470b', status: 'PAID', amount: 20_500 })
    expect(masked).toMatchObject({ paid_at: '2026-11-29T10:00:00.000Z' })
    expect(masked.customer?.given_names).toBe(masked.payer?.given_names)
    expect(masked.customer?.mobile_number).toMatch(/^\+\d{13}$/)
    expect(JSON.stringify(masked)).not.toMatch(/Siti|SITI|siti|8123|1234567890|Melati|0812/)
  })
})

/** Serves each recorded answer once more to the client that had asked for it. */
async function replay(recording: string): Promise<void> {
  const wire = await openWire()
  const operations = new Set<string>()
  for (const file of readdirSync(recording).sort()) {
    const recorded = JSON.parse(readFileSync(join(recording, file), 'utf8')) as RecordedAnswer
    const ask = clients(wire)[recorded.operation]
    if (!ask) continue
    operations.add(recorded.operation)
    wire.answer = replying(recorded.status, recorded.body)
    const answer = await ask().catch((error: unknown) => error)
    if (recorded.status >= 400) expect(answer, file).toMatchObject({ outcome: 'refused' })
    else expect(answer, file).not.toBeInstanceOf(ProviderFailure)
    if (recorded.operation === 'list_transactions') expect(answer, file).toMatchObject({ unread: [] })
  }
  await wire.close()
  expect([...operations].sort()).toEqual(
    expect.arrayContaining(['create_invoice', 'list_transactions', 'rates']),
  )
}

function clients({ url }: Wire): Record<string, () => Promise<unknown>> {
  const gateway = createXenditGateway({ url, secretKey: 'key' })
  const payouts = createXenditPayouts({ url, secretKey: 'key' })
  const courier = createBiteshipCourier({ url, apiKey: 'key' })
  const invoice = { externalId: 'x', amountIdr: 10_000, expiresInS: 60, description: 'x', payer: {} }
  const destination = { channelCode: 'ID_BCA', accountNumber: '1', accountHolderName: 'x' }
  const places = { originPostalCode: '13960', destinationPostalCode: '60281', items: [] }
  return {
    create_invoice: () => gateway.createInvoice(invoice),
    get_invoice: () => gateway.getInvoice('x'),
    find_invoices: () => gateway.findInvoices('x'),
    list_invoices: () => gateway.listInvoices({ statuses: ['PAID'], limit: 1 }),
    expire_invoice: () => gateway.expireInvoice('x'),
    get_charge: () => gateway.refundedIdr({ invoiceId: 'x', paymentId: 'ewc_x', paymentRequestId: null }),
    get_balance: () => gateway.balanceIdr(),
    list_transactions: () => gateway.listTransactions({ limit: 1 }),
    payout_channels: () => payouts.channels(),
    create_payout: () => payouts.createPayout({ key: 'x', destination, amountIdr: 10_000, description: 'x' }),
    get_payout: () => payouts.getPayout('x'),
    find_payouts: () => payouts.findPayouts('x'),
    cancel_payout: () => payouts.cancelPayout('x'),
    rates: () => courier.rates(places),
  }
}
