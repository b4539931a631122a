import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { failureOf } from '../../test/provider-wire.ts'
import { SECRETS, startFixture } from '../../test/sandbox-fixture.ts'
import { verdictOf } from '../domain/payout/rules.ts'
import { SWITCHES } from '../sandbox/profile.ts'
import { createBiteshipCourier } from './biteship/courier.ts'
import { refusalBy } from './whatsapp/facts.ts'
import { createFonnteSender } from './whatsapp/fonnte.ts'
import { createMetaSender } from './whatsapp/meta.ts'
import { createXenditGateway } from './xendit/gateway.ts'
import { createXenditPayouts } from './xendit/payouts.ts'

// Tests the real clients against the sandbox, in each behaviour that the sandbox's profile can play.

let f: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  f = await startFixture()
})
afterAll(() => f.close())
beforeEach(async () => {
  await f.control('POST', '/reset')
})

const profile = async (switches: object) =>
  expect((await f.control('PUT', '/profile', switches)).status).toBe(200)
const account = () => ({ url: f.sandbox.xenditUrl, secretKey: SECRETS.xendit.secretKey })
const gateway = () => createXenditGateway(account())
const payouts = () => createXenditPayouts(account())
const destination = { channelCode: 'ID_BCA', accountNumber: '131313', accountHolderName: 'PT Uji' }
const to = '+628123456789'

it('fact 4: a balance with a fraction is the whole rupiah of it', async () => {
  await f.control('PUT', '/balance', { float_idr: 70_000 })
  await profile({ 'xendit.balance': 'fractional' })
  expect([await gateway().balanceIdr(), await payouts().balanceIdr()]).toEqual([70_000, 70_000])
})

it('fact 4: a payout channel without a name is called by its code, and the others stand', async () => {
  const named = await payouts().channels()
  await profile({ 'xendit.channel-names': 'one_nameless' })
  const [first, ...others] = await payouts().channels()
  expect(first).toMatchObject({ channelCode: 'ID_BCA', name: 'ID_BCA', minimumIdr: named[0]?.minimumIdr })
  expect(others).toEqual(named.slice(1))
})

it.each(['one_unpriced', 'one_free'] as const)(
  'fact 4: of rates of which %s the others are offered',
  async (choice) => {
    const courier = createBiteshipCourier({ url: f.sandbox.biteshipUrl, apiKey: SECRETS.biteship.apiKey })
    const items = [{ name: 'Kaos', valueIdr: 100_000, quantity: 1, weightG: 500 }]
    const places = { originPostalCode: '13960', destinationPostalCode: '60281', items }
    const priced = await courier.rates(places)
    await profile({ 'biteship.rates': choice })
    expect(await courier.rates(places)).toEqual(priced.slice(1))
  },
)

it.each(SWITCHES['xendit.payout-status'].choices)(
  'fact 4: a payout that is %s is read, and waited for',
  async (word) => {
    await profile({ 'xendit.payout-status': word })
    const made = await payouts().createPayout({ key: word, destination, amountIdr: 10_000, description: 'x' })
    expect(made.status).toBe(word)
    expect(await payouts().findPayouts(word)).toMatchObject([{ id: made.id, status: word }])
    // COMPLIANCE_REJECTED is documented as final. For the other states, no source says whether money may
    // still move.
    expect(verdictOf(word)).toBe(word === 'COMPLIANCE_REJECTED' ? 'failed' : 'waiting')
  },
)

it.each(SWITCHES['xendit.payout-repeat'].choices.slice(1))(
  'fact 12: a payout whose repeat is refused with %s is there once, and found by our reference',
  async (code) => {
    const asked = { key: 'k', destination, amountIdr: 10_000, description: 'x' }
    const made = await payouts().createPayout(asked)
    await profile({ 'xendit.payout-repeat': code })
    expect(await failureOf(payouts().createPayout(asked))).toMatchObject({ outcome: 'refused', code })
    expect(await payouts().findPayouts('k')).toMatchObject([{ id: made.id }])
  },
)

it('fact 6: a QRIS whose issuer is not told has none', async () => {
  const made = await gateway().createInvoice({
    externalId: 'q',
    amountIdr: 20_000,
    expiresInS: 60,
    description: 'x',
    payer: {},
  })
  await profile({ 'xendit.qris-issuer': 'absent' })
  await f.page('POST', `/${made.id}`, { channel: 'QRIS' })
  const paid = await gateway().getInvoice(made.id)
  expect(paid).toMatchObject({ status: 'PAID', paymentChannel: 'QRIS' })
  expect(paid.paymentSource).toBeUndefined()
})

it.each(SWITCHES['whatsapp.refusal'].choices.slice(1))(
  'fact 8: a message that is refused with %s waits, and is not lost',
  async (code) => {
    const { token, phoneNumberId } = SECRETS.whatsapp
    const sender = createMetaSender({ url: f.sandbox.whatsappUrl, token, phoneNumberId })
    await profile({ 'whatsapp.refusal': code })
    const failure = await failureOf(sender.sendText({ to, body: 'Halo' }))
    expect(failure).toMatchObject({ code })
    expect(refusalBy(code)?.reach).toBe(code === '131049' ? 'transient' : 'account')
  },
)

it.each(SWITCHES['fonnte.token'].choices.slice(1))(
  'fact 8: Fonnte’s %s is about the account',
  async (state) => {
    const templates = () => 'Halo'
    const { token } = SECRETS.whatsapp
    const sender = createFonnteSender({ url: f.sandbox.fonnteUrl, token, templates })
    await profile({ 'fonnte.token': state })
    const failure = await failureOf(sender.sendText({ to, body: 'Halo' }))
    expect(refusalBy(failure.code)?.reach).toBe('account')
  },
)
