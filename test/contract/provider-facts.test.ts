import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { attentionKinds } from '../../src/domain/kernel/attention-kinds.ts'
import { orderAnswer, ratesAnswer } from '../../src/providers/biteship/answers.ts'
import { parseBiteshipWebhook } from '../../src/providers/biteship/webhook.ts'
import { certainties } from '../../src/providers/facts.ts'
import { parseFonnteWebhook } from '../../src/providers/whatsapp/fonnte-webhook.ts'
import { templates } from '../../src/providers/whatsapp/templates.ts'
import { parseWhatsAppWebhook } from '../../src/providers/whatsapp/webhook.ts'
import { payoutsAnswer, refundsAnswer } from '../../src/providers/xendit/answers.ts'
import { transactionsAnswer } from '../../src/providers/xendit/transaction-answers.ts'
import { parseXenditWebhook } from '../../src/providers/xendit/webhook.ts'
import { SWITCHES } from '../../src/sandbox/profile.ts'

const page = readFileSync('docs/providers.md', 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim())
  return cells.length === 7 && /^\w+\.[\w-]+$/.test(cells[1] ?? '') ? [cells.slice(1, -1)] : []
})
const names = rows.map(([name]) => name as string)

/** The function that reads each example of the page. */
const readers: Record<string, (body: unknown) => unknown> = {
  'biteship.order': (body) => orderAnswer.parse(body),
  'biteship.rates': (body) => ratesAnswer.parse(body)[0],
  'biteship.webhook': parseBiteshipWebhook,
  'fonnte.webhook': (body) => parseFonnteWebhook(body, { id: 'd', receivedAt: new Date(0) }),
  'meta.webhook': parseWhatsAppWebhook,
  'xendit.payouts': (body) => payoutsAnswer.parse(body)[0],
  'xendit.refunds': (body) => refundsAnswer.parse(body),
  'xendit.transactions': (body) => transactionsAnswer.parse(body),
  'xendit.webhook.dispute': parseXenditWebhook,
  'xendit.webhook.invoice': parseXenditWebhook,
  'xendit.webhook.payout': parseXenditWebhook,
  'xendit.webhook.payout-v3': parseXenditWebhook,
  'xendit.webhook.refund': parseXenditWebhook,
}

/** The meaning of each example, as laku reads it. */
const meanings: Record<string, object> = {
  'biteship.order': { status: 'confirmed', priceIdr: 48_000 },
  'biteship.rates': { company: 'jne', priceIdr: 12_000 },
  'biteship.webhook': { event: 'order.status', orderId: '5dd599ebdefcd4158eb8470b', status: 'picked' },
  'fonnte.webhook': { messages: [{ from: '+6281234567890', body: 'Siap, kami kirim besok' }] },
  'meta.webhook': {
    messages: [{ userId: 'ID.1502576394655843', body: 'Setuju' }],
    statuses: [{ status: 'failed', errorCode: '131026' }],
  },
  'xendit.payouts': { referenceId: null, status: 'ROUTING', amountIdr: 10_000 },
  'xendit.refunds': { unread: 0, refunds: [{ status: 'SUCCEEDED', amountIdr: 1_500 }] },
  'xendit.transactions': {
    unread: [],
    transactions: [{ paymentLinkId: '579c8d61f23fa4ca35e52da4', feeIdr: 855, referenceId: null }],
  },
  'xendit.webhook.dispute': {
    kind: 'dispute',
    amountIdr: 110_000,
    dueAt: new Date('2026-12-14T19:50:51.724Z'),
  },
  'xendit.webhook.invoice': { kind: 'invoice', status: 'PAID', externalId: 'PAY-261130-7K3QX2' },
  'xendit.webhook.payout': { kind: 'payout', status: 'SUCCEEDED' },
  'xendit.webhook.payout-v3': { kind: 'payout', status: 'FAILED' },
  'xendit.webhook.refund': { kind: 'refund', referenceId: '', status: 'FAILED' },
}
const examples = [...page.matchAll(/^```json example=(\S+)\n(.*?)^```/gms)].map(
  ([, name, text]) => [name as string, text as string] as const,
)

describe('the page of what providers document', () => {
  it('names each fact once, with its source, a day and how sure it is', () => {
    expect(names.length).toBeGreaterThan(5)
    expect(new Set(names).size).toBe(names.length)
    const letters = [...page.matchAll(/^\| ([A-Z]) \|/gm)].map(([, letter]) => letter)
    for (const [name, says, source, read, certainty] of rows) {
      expect(says, name).toMatch(/\w/)
      for (const text of (source as string).split(', ')) expect(letters, name).toContain(text)
      expect(new Date(read as string).getTime(), name).toBeGreaterThan(Date.parse('2026-01-01'))
      expect(certainties, name).toContain(certainty)
    }
  })

  it('has the fact of every value in code, and of every switch of the sandbox', () => {
    const files = globSync('src/providers/*/facts.ts')
    const inCode = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^ ?\/?\*\*? (\w+\.[\w-]+):/gm)].map(([, name]) => name),
    )
    expect(inCode.length).toBeGreaterThan(2)
    const ofChecks = globSync('src/providers/check/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/'((?:xendit|biteship|meta|fonnte)\.[\w-]+)'/g)].map(
        ([, name]) => name,
      ),
    )
    expect(ofChecks.length).toBeGreaterThan(10)
    const ofSwitches = Object.values(SWITCHES).map(({ fact }) => fact)
    expect(names).toEqual(expect.arrayContaining([...inCode, ...ofChecks, ...ofSwitches]))
  })

  it('names a test of each fact, in a file and by words that are there', () => {
    const [, table = ''] = page.split('## Facts and their tests')
    const files = Map.groupBy(globSync('{src,test}/**/*.test.ts'), (path) => path.split('/').at(-1))
    const held = new Set<string>()
    for (const line of table.split('\n## ')[0]?.split('\n') ?? []) {
      const [, facts, file, words] = /^\| ([\w., -]+) \| ([\w.-]+\.test\.ts): (.+) \|$/.exec(line) ?? []
      if (!facts || !file || !words) continue
      for (const name of facts.split(', ')) held.add(name)
      const texts = (files.get(file) ?? []).map((path) => readFileSync(path, 'utf8'))
      expect(
        texts.some((text) => text.includes(words)),
        `${file}: ${words}`,
      ).toBe(true)
    }
    expect([...held].sort()).toEqual([...names].sort())
  })

  it('shows an example for each reader, and a reader for each example', () => {
    expect(examples.map(([name]) => name).toSorted()).toEqual(Object.keys(readers).toSorted())
  })

  it.each(examples)('the example %s is read as what it says', (name, text) => {
    expect(readers[name]?.(JSON.parse(text))).toMatchObject(meanings[name] ?? { missing: name })
  })
})

describe('the first real day (docs/running.md)', () => {
  const day = readFileSync('docs/running.md', 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith('The first real day')) as string

  it.each(templates)('has the text of $name ($language) as it is registered', (template) => {
    const { name, language, category, body, examples } = template
    const start = day.indexOf(`- \`${name}\`, language \`${language}\`, category \`${category}\``)
    expect(start).toBeGreaterThan(0)
    const entry = day.slice(start).split('\n- ')[0]
    expect(entry).toContain(`> ${body}\n`)
    if (category !== 'AUTHENTICATION')
      for (const example of examples) expect(entry).toContain(`\`${example}\``)
  })

  it('names kinds of attention and settings that there are', () => {
    const [, watch = ''] = day.split('### What to watch')
    const cells = watch
      .split('\n')
      .flatMap((line) => (line.startsWith('| `') ? [line.split('|')[1] ?? ''] : []))
    const kinds = cells.flatMap((cell) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, kind]) => kind))
    expect(kinds.length).toBeGreaterThan(15)
    for (const kind of kinds) expect(attentionKinds).toContain(kind)
    const example = readFileSync('deploy/laku.env.example', 'utf8')
    for (const [, name] of day.matchAll(
      /`((?:XENDIT|BITESHIP|WHATSAPP|FONNTE|SMTP|MAIL|SMS|ATTENTION)_\w+)`/g,
    ))
      expect(example).toContain(name)
  })
})
