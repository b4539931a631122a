import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { newId } from '../../domain/kernel/index.ts'
import { balanceIdr, credit, debit, post } from '../../domain/ledger/index.ts'
import { defineChange, defineList, defineTask, type Page, type RawInput } from '../define/command.ts'
import { CommandContext, type GlobalFlags } from '../define/context.ts'
import { readRows } from '../input/read-rows.ts'
import { confirmSevere } from '../prompts/confirm.ts'

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
})
afterAll(() => laku.close())

/** Opens a context that writes into strings, and whose questions get these answers in turn. */
function open(flags: GlobalFlags = {}, ...answers: string[]) {
  const said = { stdout: '', stderr: '', asked: [] as string[] }
  const streams = {
    stdout: { write: (text: string) => (said.stdout += text) },
    stderr: { write: (text: string) => (said.stderr += text) },
  }
  const text = async (question: string) => {
    said.asked.push(question)
    return answers[said.asked.length - 1] ?? ''
  }
  const prompts = answers.length > 0 ? { prompts: { text, secret: text, choose: text } } : {}
  return { said, context: new CommandContext(flags, { streams, laku, actor: admin, ...prompts }) }
}

describe('a list', () => {
  interface Row {
    code: string
    totalIdr: number
  }
  const pages: Page[] = []
  const listOf = (data: Row[], nextCursor: string | null = null) =>
    defineList({
      name: 'list',
      description: 'a list',
      input: z.object({ status: z.string().optional() }),
      empty: 'Nothing there.',
      run: async (_context, _input, page) => {
        pages.push(page)
        return { data, nextCursor }
      },
      columns: [
        { name: 'code', kind: 'code', value: (row: Row) => row.code },
        { name: 'total_idr', kind: 'idr', value: (row: Row) => row.totalIdr },
      ],
    })
  const rows = [{ code: 'ORD-1', totalIdr: 5_000 }]
  const next = newId()

  it('is a table for people, and says where it goes on', async () => {
    const { said, context } = open()
    await listOf(rows, next).execute(context, {})
    expect(said.stdout).toMatch(/^code +total\nORD-1 +Rp\s?5\.000\n$/)
    expect(said.stderr).toBe(`There are more: --cursor ${next}\n`)
    expect(pages.at(-1)).toEqual({ limit: 50 })
  })

  it('is {data, next_cursor} with --json, an empty one too', async () => {
    const full = open({ json: true })
    await listOf(rows, next).execute(full.context, { limit: '2', cursor: next })
    expect(JSON.parse(full.said.stdout)).toEqual({
      data: [{ code: 'ORD-1', total_idr: 5_000 }],
      next_cursor: next,
    })
    expect(pages.at(-1)).toEqual({ limit: 2, cursor: next })
    const none = open({ json: true })
    await listOf([]).execute(none.context, {})
    expect(none.said).toMatchObject({ stdout: '{"data":[],"next_cursor":null}\n', stderr: '' })
  })

  it('is CSV with --csv, with its header where it is empty', async () => {
    const { said, context } = open()
    await listOf(rows).execute(context, { csv: true })
    expect(said.stdout).toBe('code,total_idr\r\nORD-1,5000\r\n')
    const none = open()
    await listOf([]).execute(none.context, { csv: true })
    expect(none.said).toMatchObject({ stdout: 'code,total_idr\r\n', stderr: '' })
  })

  it('prints nothing on stdout for people where there is nothing, and says so on stderr', async () => {
    const { said, context } = open()
    await listOf([]).execute(context, {})
    expect(said).toMatchObject({ stdout: '', stderr: 'Nothing there.\n' })
    const quiet = open({ quiet: true })
    await listOf([]).execute(quiet.context, {})
    expect(quiet.said).toMatchObject({ stdout: '', stderr: '' })
  })

  it.each<[RawInput, GlobalFlags, string]>([
    [{ limit: '0' }, {}, '--limit takes a whole number from 1 to 500'],
    [{ limit: '501' }, {}, '--limit takes a whole number from 1 to 500'],
    [{ limit: 'x' }, {}, '--limit takes a whole number from 1 to 500'],
    [{ cursor: 'x' }, {}, '--cursor is "x", which is not a cursor. Give the next_cursor of the page before.'],
    [{ csv: true }, { json: true }, '--csv and --json cannot be used together. Give only one of them.'],
    [{ status: 5 }, {}, 'status is 5'],
  ])('refuses %j as wrong usage', async (raw, flags, message) => {
    const asked = pages.length
    await expect(listOf(rows).execute(open(flags).context, raw)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    })
    expect(pages).toHaveLength(asked)
  })
})

describe('what was left out', () => {
  const seen: unknown[] = []
  const command = defineTask({
    name: 'give',
    description: 'give',
    args: [{ name: 'to-whom', description: 'UUID or code' }],
    options: [
      { flags: '--amount <rupiah>', description: 'how much' },
      { flags: '--kind <kind>', description: 'what for', choices: ['gift', 'loan'] },
      { flags: '--item <item...>', description: 'SKU=quantity' },
      { flags: '--note <text>', description: 'more' },
    ],
    input: z.object({
      toWhom: z.string(),
      amount: z.string().transform(Number),
      kind: z.enum(['gift', 'loan']),
      item: z.array(z.string()).min(1),
      note: z.string().optional(),
    }),
    run: async (_context, input) => void seen.push(input),
  })

  it('is asked for on a terminal, and only that', async () => {
    const { said, context } = open({}, ' GBS-1 ', '700', 'gift', 'A=1', 'B=2', '')
    await command.execute(context, {})
    const full = { toWhom: 'GBS-1', amount: 700, kind: 'gift', item: ['A=1', 'B=2'] }
    expect(seen.at(-1)).toEqual(full)
    expect(said.asked).toEqual([
      'to-whom (UUID or code):',
      'amount (how much):',
      'kind (what for):',
      'item (SKU=quantity):',
      'another (nothing to go on):',
      'another (nothing to go on):',
    ])
    const some = open({}, 'loan')
    await command.execute(some.context, { toWhom: 'x', amount: '1', item: ['A=1'] })
    expect(some.said.asked).toEqual(['kind (what for):'])
  })

  it('is named off a terminal, with --yes and with --json', async () => {
    const contexts = [open(), open({ yes: true }, 'x'), open({ json: true }, 'x')]
    for (const { context } of contexts) {
      await expect(command.execute(context, { item: ['A=1'] })).rejects.toMatchObject({
        exitCode: 2,
        message:
          '<to-whom> is missing: UUID or code; --amount is missing: how much; --kind is missing: what for',
        details: { missing: ['<to-whom>', '--amount', '--kind'] },
      })
    }
  })
})

describe('the rows of a file', () => {
  const schema = z.object({ name: z.string().max(50), amount: z.string().optional() })
  const rowsOf = async (content: string | Buffer) =>
    await readRows(
      { read: () => Readable.from([Buffer.from(content)]), write: () => {} },
      'the file',
      schema,
      ({ name }) => name,
    )
  const refusedFor = (content: string | Buffer) =>
    rowsOf(content).then(String, (error: Error) => error.message)

  it.each<[string, string | Buffer]>([
    ['line feeds', 'name,amount\nAña,5\n'],
    ['CRLF and a mark of order', '\uFEFFname,amount\r\nAña,5\r\n'],
    ['UTF-16 with its mark', Buffer.from('\uFEFFname,amount\r\nAña,5\r\n', 'utf16le')],
    ['quotes and no last line end', '"name","amount"\r\n"Aña","5"'],
  ])('are read from %s', async (_, content) => {
    expect((await rowsOf(content)).map(({ row }) => row)).toEqual([{ name: 'Aña', amount: '5' }])
  })

  it.each<[string, string | Buffer, string]>([
    ['Latin-1', Buffer.from('name,amount\nAña,5\n', 'latin1'), 'line 2: name is not UTF-8 text'],
    ['a zero byte', 'name,amount\nAn\0a,5\n', 'line 2: name is not UTF-8 text'],
    ['UTF-16 without its mark', Buffer.from('name,amount\nAna,5\n', 'utf16le'), 'the file is not UTF-8 text'],
    ['gzip', gzipSync('name,amount\nAna,5\n'), 'the file is not UTF-8 text'],
    ['one row of a megabyte', `name\n${'x'.repeat(1_000_000)}\n`, 'not a valid CSV file'],
    ['one header of a megabyte', 'x'.repeat(1_000_000), 'not a valid CSV file'],
  ])('of %s are refused in words', async (_, content, words) => {
    expect(await refusedFor(content)).toContain(words)
    await expect(rowsOf(content)).rejects.toMatchObject({ exitCode: 2 })
  })

  it('are bounded: of many wrong ones a thousand are counted, and too many right ones are refused', async () => {
    const wrong = `name\n${`${'x'.repeat(51)}\n`.repeat(200_000)}`
    expect(await refusedFor(wrong)).toMatch(/nothing was changed, at least 1000 rows are wrong: line 2: /)
    const right = `name\n${Array.from({ length: 100_001 }, (_, n) => `x${n}\n`).join('')}`
    expect(await refusedFor(right)).toBe('the file has more than 100000 rows. Split it into smaller files.')
  })
})

describe('a change', () => {
  const give = (severe: boolean) =>
    defineChange({
      name: 'give',
      description: 'give',
      input: z.object({ amount: z.string().transform(Number) }),
      ...(severe ? { severe: async () => ({ code: 'PAY-1', consequence: 'moves money' }) } : {}),
      change: async (work, { amount }, reason) => {
        const subject: [string, string] = ['payment', newId()]
        const entries = [debit('gateway', amount), credit('quarantine', amount)]
        await post(work, [
          { key: `payment:${subject[1]}:given`, kind: 'payment.confirmed', subject, entries },
        ])
        work.audit({ command: 'give', subject, after: { amount, reason } })
        return { givenIdr: amount }
      },
      done: ({ givenIdr }) => `Gave ${givenIdr}.`,
    })
  const balance = () => laku.system((work) => balanceIdr(work.tx, 'quarantine'))
  const audited = () => laku.db.selectFrom('auditLog').select(['reason', 'after']).orderBy('id').execute()

  it('is made, audited with its reason, and told', async () => {
    const { said, context } = open()
    await give(false).execute(context, { amount: '5', reason: 'a gift' })
    expect(said.stdout).toBe('Gave 5.\n')
    expect(await balance()).toBe(5)
    expect((await audited()).at(-1)).toMatchObject({ reason: 'a gift' })
    const json = open({ json: true })
    await give(false).execute(json.context, { amount: '1' })
    expect(json.said.stdout).toBe('{"given_idr":1}\n')
  })

  it('with --dry-run says all that it would write, and writes nothing, without a question', async () => {
    const [before, rows] = [await balance(), await audited()]
    const { said, context } = open({ json: true })
    await give(true).execute(context, { amount: '700', dryRun: true })
    expect(JSON.parse(said.stdout)).toMatchObject({
      dry_run: true,
      result: { given_idr: 700 },
      postings: [
        {
          entries: [
            { account: 'gateway', amount_idr: 700 },
            { account: 'quarantine', amount_idr: -700 },
          ],
        },
      ],
      audit: [{ command: 'give', after: { amount: 700, reason: 'dry run' } }],
    })
    const people = open()
    await give(false).execute(people.context, { amount: '700', dryRun: true })
    expect(people.said.stdout).toMatch(
      /^Dry run: nothing was changed\. .*\n\nLedger postings\n.*gateway.*700.*\n\nAudit\n/s,
    )
    expect(await balance()).toBe(before)
    expect(await audited()).toEqual(rows)
  })

  it('that is severe needs its code and a reason, typed or given', async () => {
    const before = await balance()
    const asked = open({}, 'they asked', ' pay-1 ')
    await give(true).execute(asked.context, { amount: '1' })
    expect(asked.said.asked).toEqual([
      'Why? (kept in the audit log)',
      'This moves money.\nType PAY-1 to go on:',
    ])
    await give(true).execute(open().context, { amount: '1', reason: 'x', confirm: 'PAY-1' })
    expect(await balance()).toBe(before + 2)
    const refused: [ReturnType<typeof open>, RawInput, string][] = [
      [open(), { amount: '1', confirm: 'PAY-1' }, 'this change needs a reason: answer it with --reason'],
      [open(), { amount: '1', reason: 'x' }, 'this moves money: answer it with --confirm PAY-1'],
      [open(), { amount: '1', reason: 'x', confirm: 'PAY-2' }, '--confirm is PAY-2, but this is PAY-1'],
      [open({ yes: true }, 'PAY-1'), { amount: '1', reason: 'x' }, 'answer it with --confirm PAY-1'],
      [open({}, 'PAY-2'), { amount: '1', reason: 'x' }, 'you did not confirm it, so nothing was changed'],
    ]
    for (const [{ context }, raw, message] of refused) {
      await expect(give(true).execute(context, raw)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(message),
      })
    }
    expect(await balance()).toBe(before + 2)
  })

  it('lets nobody past confirmSevere by saying nothing', async () => {
    const severity = { code: 'GBS-1', consequence: 'refunds everybody' }
    await expect(confirmSevere(open({}, '').context, severity, undefined)).rejects.toThrow('not confirm it')
    await expect(confirmSevere(open().context, severity, '')).rejects.toThrow('this is GBS-1')
  })
})
