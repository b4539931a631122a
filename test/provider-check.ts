import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { keptDeliveries } from '../src/commands/providers/kept-deliveries.ts'
import { probesOf } from '../src/commands/providers/probes.ts'
import { buildServer } from '../src/http/server.ts'
import type { NotSeen } from '../src/providers/check/not-seen.ts'
import { type Finding, runProbes } from '../src/providers/check/run-probes.ts'
import type { Config } from '../src/runtime/config.ts'
import type { Laku } from '../src/runtime/laku.ts'
import { SWITCHES, type Switches, type SwitchName } from '../src/sandbox/profile.ts'
import { runLaku } from './command-line.ts'
import { query } from './global-setup.ts'
import { openTestLaku, type TestLaku } from './laku.ts'

const FLOAT_IDR = 100_000

const siti = { name: 'Siti Rahayu', phone: '+6281234567890', email: 'siti@example.com' }

export const newInvoice = {
  externalId: 'test',
  amountIdr: 20_500,
  expiresInS: 3600,
  description: 'Kaos untuk Siti Rahayu',
  payer: siti,
}

/** The check that finds each switch in its undocumented choices. */
export const seen: Partial<Record<SwitchName, string>> = {
  'xendit.refund-form': 'form of refunds',
  'xendit.refund-key': 'a refund, repeated',
  'xendit.refund-repeat': 'a refund, repeated',
  'xendit.refunded-amount': 'paid invoices',
  'xendit.qris-method': 'paid invoices',
  'xendit.settlement': 'transactions',
  'xendit.transaction-product': 'transactions',
  'xendit.payment-link': 'transactions',
  'xendit.fees': 'transactions',
  'xendit.qris-issuer': 'paid invoices',
  'xendit.invoice-minimum': 'invoice below the minimum',
  'xendit.refund-refusal': 'a refund, repeated',
  'xendit.balance': 'balance',
  'xendit.payout-status': 'payout to the test account',
  'xendit.payout-repeat': 'payout to the test account',
  'xendit.list-references': 'payout to the test account',
  'xendit.channel-names': 'payout channels',
  'xendit.payout-events': 'event of a failed payout',
  'xendit.invoice-reading': 'payments, read again',
  'biteship.order-refusal': 'an order, cancelled',
  'whatsapp.refusal': 'a message to nobody',
  'whatsapp.late-refusal': 'what Meta delivered',
  'whatsapp.sender': 'what Meta delivered',
  'whatsapp.templates': 'templates',
  'fonnte.token': 'device',
  'biteship.rates': 'rates',
  'biteship.waybill': 'an order, cancelled',
  'biteship.tracking': 'an order, cancelled',
  'biteship.cancel': 'an order, cancelled',
  'whatsapp.token': 'phone number',
  'fonnte.device': 'device',
  'fonnte.quota': 'device',
}

/** The checks that another check needs before it, in the same run. */
const before: Readonly<Record<string, readonly string[]>> = { 'form of refunds': ['invoice'] }

export const otherChoices = (name: string): readonly string[] =>
  (SWITCHES as Switches)[name]?.choices.slice(1) ?? []

/** Every undocumented choice of every switch, with the check that finds it. */
export const cases = Object.entries(seen).flatMap(([name, found]) =>
  otherChoices(name).map((choice) => [name as SwitchName, choice, found] as const),
)

export const differing = (checks: readonly Finding[]): string[] =>
  checks.flatMap(({ check: name, differences }) => differences.map(({ fact }) => `${name}: ${fact}`))

export const outcomes = (checks: readonly Finding[], outcome: Finding['outcome']): string[] =>
  checks.filter((check) => check.outcome === outcome).map((check) => check.check)

/** Opens a laku with a server and a sandbox, on which `laku providers check` is run. */
export async function openCheckFixture() {
  const laku = await openTestLaku({ sandbox: true })
  const app = await buildServer(laku)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  Object.assign(laku.config, { publicUrl: `http://127.0.0.1:${port}`, databaseUrl: laku.urls.app })
  laku.sandbox.setLakuUrl(laku.config.publicUrl)
  return { laku, ...waysOf(laku), close: async () => [await app.close(), await laku.close()] }
}

export type CheckFixture = Awaited<ReturnType<typeof openCheckFixture>>

function waysOf(laku: TestLaku) {
  const ways = {
    async control(method: string, path: string, body?: unknown): Promise<void> {
      const response = await fetch(`${laku.sandbox.url}/control/${path}`, {
        method,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      expect(response.status, await response.text()).toBeLessThan(300)
    },
    async reset(): Promise<void> {
      await ways.control('POST', 'reset')
      await query(laku.ownerUrl, 'delete from webhook_inbox')
      // A payment is settled only days later, so its refund needs money that is already in the account.
      await ways.control('PUT', 'balance', { float_idr: FLOAT_IDR })
    },
    /**
     * Makes payments, as somebody would in test mode before. Without a payment the transaction list is empty.
     */
    async paid(channel: string): Promise<void> {
      const { id } = await laku.providers.gateway.createInvoice({
        ...newInvoice,
        externalId: `paid-by-${channel}`,
      })
      const response = await fetch(`${laku.sandbox.xenditUrl}/pay/${id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ channel }),
      })
      expect(response.status).toBe(200)
    },
    /** Lets somebody write to the number, and lets laku send a message before. */
    async wroteAndHeard(): Promise<void> {
      await ways.control('POST', 'whatsapp/reply', { from: siti.phone, body: 'Halo' })
      await laku.providers.whatsapp.sendText({ to: siti.phone, body: 'Halo' }).catch(() => {})
      await laku.sandbox.settleWebhooks()
    },
    fonnte: () => ({ whatsappApiUrl: laku.sandbox.fonnteUrl }),
    settingsFor: (name: string): Partial<Config> => (name.startsWith('fonnte.') ? ways.fonnte() : {}),
    /** Runs the whole command. It gets only laku's configuration, because it needs no database. */
    async check(words: readonly string[] = [], settings: Partial<Config> = {}) {
      const config = { ...laku.config, ...settings }
      const run = await runLaku({ config } as Laku, ['providers', 'check', '--json', ...words])
      const told = JSON.parse(run.stdout) as {
        ok: boolean
        checks: Finding[]
        not_seen: NotSeen[]
        error?: { message: string }
      }
      return { ...run, told, checks: told.checks ?? [] }
    },
    /** Runs one check, with the checks that it needs before it, without the command. */
    async ask(name: string, settings: Partial<Config> = {}): Promise<Finding[]> {
      const config = { ...laku.config, ...settings }
      const deliveries = await keptDeliveries(config.databaseUrl)
      const wanted = [...(before[name] ?? []), name]
      const probes = probesOf(config, { read: deliveries.read }).filter((probe) =>
        wanted.includes(probe.name),
      )
      return await runProbes(probes, { live: false, step: () => {} }).finally(deliveries.end)
    },
    /**
     * Sets a switch of the sandbox. Before that, somebody pays and, if the check needs it, writes to the
     * number.
     */
    async behave(name: SwitchName, choice: string, found: string): Promise<void> {
      await ways.control('PUT', 'profile', { [name]: choice })
      await ways.paid('QRIS')
      await ways.paid('DANA')
      if (found === 'what Meta delivered') await ways.wroteAndHeard()
    },
    /** Expects that the whole command finds the switch and nothing else. */
    async finds(name: SwitchName, choice: string, found: string): Promise<void> {
      await ways.behave(name, choice, found)
      const { exitCode, checks } = await ways.check([], ways.settingsFor(name))
      expect([...new Set(differing(checks))]).toEqual([`${found}: ${SWITCHES[name].fact}`])
      // A provider that refuses the account is not asked again.
      expect(outcomes(checks, 'unasked')).toEqual(
        name === 'whatsapp.token' ? ['templates', 'a message to nobody'] : [],
      )
      expect(exitCode).toBe(8)
      for (const item of checks)
        expect(item.todo === null).toBe(item.outcome === 'ok' || item.outcome === 'left_out')
    },
  }
  return ways
}
