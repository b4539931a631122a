import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../test/settlements.ts'
import type { CommandDefinition, RawInput } from '../../cli/define/command.ts'
import { CommandContext } from '../../cli/define/context.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { calculateSettlements } from '../../domain/settlement/index.ts'
import { confirm } from './batches/batches.ts'
import { verbs } from './verbs.ts'

interface Printed {
  out: string
  json: unknown
  exitCode: number
}

interface OfFactory {
  factory: { id: string }
}

interface Dry {
  result: { settlements: OfFactory[] }
  failed: OfFactory[]
}

describe('laku settle', () => {
  let f: SettlementFixture
  let folder: string
  beforeAll(async () => {
    f = await openSettlementFixture()
    folder = await mkdtemp(join(tmpdir(), 'laku-settle-'))
  })
  afterEach(() => {
    process.exitCode = 0
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await rm(folder, { recursive: true })
    await f.laku.close()
  })

  /** Runs a settle command as a member of finance, with --json --yes. */
  const laku = async (name: string, raw: RawInput = {}, actor: Actor = sinta): Promise<Printed> => {
    let out = ''
    const streams = { stdout: { write: (text: string) => (out += text) }, stderr: { write: () => {} } }
    const context = new CommandContext({ json: true, yes: true }, { streams, laku: f.laku, actor })
    const verb = [...verbs, confirm].find((verb) => verb.name === name) as CommandDefinition
    process.exitCode = 0
    await verb.execute(context, raw)
    await context.close()
    const json = out.startsWith('{') && !out.trim().includes('\n') ? (JSON.parse(out) as unknown) : undefined
    return { out, json, exitCode: Number(process.exitCode) }
  }

  const sellers = async (count: number) => {
    const ids: string[] = []
    for (let i = 0; i < count; i++) {
      const id = await f.factory('131313')
      await f.sell(id)
      ids.push(id)
    }
    return ids
  }
  const calculated = async (count: number) => {
    const codes: string[] = []
    for (const id of await sellers(count)) codes.push(await f.settled(id))
    return codes as [string, string, string]
  }

  it('goes from the preview to the payout', async () => {
    const [factory] = (await sellers(1)) as [string]
    const preview = await laku('preview', { factory })
    expect(preview.json).toMatchObject({
      settlements: [{ factory: { id: factory }, net_idr: 95_000, carried_idr: 0, status: 'planned' }],
      total_idr: 95_000,
    })
    const run = await laku('run', { factory })
    expect(run.exitCode).toBe(0)
    const { code } = (run.json as { settlements: { code: string }[] }).settlements[0] as { code: string }
    expect((await laku('run', { factory })).json).toEqual(run.json)
    await laku('approve', { settlement: code })
    const severe = { settlement: code, reason: 'week 47', confirm: code }
    expect((await laku('pay', severe)).json).toMatchObject({ code, status: 'approved' })
    const shown = await laku('show', { settlement: code })
    expect(shown.json).toMatchObject({ lines: [{ net_idr: 95_000 }], payouts: [{ account: '…1313' }] })
    expect((await laku('list', { factory })).json).toMatchObject({ data: [{ code }], next_cursor: null })
  })

  it('prints a line a factory, and ends 7 where one of them failed', async () => {
    const [good, bad] = (await sellers(2)) as [string, string]
    await query(
      f.laku.ownerUrl,
      `create or replace function refuse_one() returns trigger language plpgsql as $$ begin
        if new.factory_id = '${bad}' then raise exception 'as the test wants it'; end if; return new; end $$;
       create trigger refuse_one before insert on settlements for each row execute function refuse_one()`,
    )
    // A dry run says the same as the run after it, and so does the route that calculates all factories at
    // once.
    const dry = await laku('run', { dryRun: true })
    const inOne = await f.laku.as(sinta, (work) => calculateSettlements(work, {}))
    expect(dry.exitCode).toBe(7)
    for (const { settlements, failed } of [
      { ...(dry.json as Dry).result, failed: (dry.json as Dry).failed },
      inOne,
    ]) {
      expect(settlements.map(({ factory }) => factory.id)).toContain(good)
      expect(failed?.map(({ factory }) => factory.id)).toEqual([bad])
    }
    const run = await laku('run', { ndjson: true })
    const lines = run.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { factory: { id: string }; settlements: object[]; error?: object })
    expect(run.exitCode).toBe(7)
    expect(lines.find((line) => line.factory.id === good)?.settlements).toHaveLength(1)
    expect(lines.find((line) => line.factory.id === bad)?.error).toBeDefined()
    const open = f.laku.db.selectFrom('attention').select('subjectId').where('kind', '=', 'item_set_aside')
    expect(await open.where('resolvedAt', 'is', null).execute()).toEqual([{ subjectId: bad }])
    await query(f.laku.ownerUrl, 'drop trigger refuse_one on settlements')
    expect((await laku('run', { ndjson: true })).exitCode).toBe(0)
  })

  it('says with --dry-run what it would do, and does not', async () => {
    const [factory] = (await sellers(1)) as [string]
    const dry = await laku('run', { factory, dryRun: true })
    expect(dry.json).toMatchObject({ dry_run: true, result: { total_idr: 95_000 } })
    expect((await laku('list', { factory })).json).toMatchObject({ data: [] })
  })

  it('ends 5 when the plan changed between the approval and the payment', async () => {
    const factory = await f.factory('131313')
    const sold = await f.sell(factory)
    const code = await f.settled(factory)
    await f.approve(code)
    await f.refund(sold, 10_000)
    const paid = await laku('pay', { settlement: code, reason: 'week 47', confirm: code })
    expect(paid.exitCode).toBe(5)
    expect(paid.json).toMatchObject({ status: 'on_hold', status_reason: 'plan_changed' })
  })

  describe('import', () => {
    const file = async (...rows: string[]) => {
      const path = join(folder, `${Math.random()}.csv`)
      await writeFile(path, ['code,decision,reason', ...rows].join('\n'))
      return path
    }

    it('carries every row out, and nothing of it the second time', async () => {
      const [a, b, c] = await calculated(3)
      const path = await file(`${a},approve`, `${b},hold,"asked, twice"`, `${c},void,a mistake`)
      expect((await laku('import', { file: path }, budi)).json).toMatchObject({
        rows: 3,
        before: 0,
        done: 3,
        failed: 0,
      })
      expect((await laku('import', { file: path }, budi)).json).toMatchObject({ before: 3, done: 0 })
      const statuses = await Promise.all([a, b, c].map(async (code) => (await f.see(code)).status))
      expect(statuses).toEqual(['approved', 'on_hold', 'void'])
      expect((await f.see(b)).statusReason).toBe('asked, twice')
    })

    it('issue 11, case 14: changes nothing while any row is wrong', async () => {
      const [a, b] = await calculated(2)
      const wrong = [
        await file(`${a},approve`, 'STL-000000-NOBODY,approve'),
        await file(`${a},approve`, `${b},pay`),
        await file(`${a},approve`, `${b},hold`),
        await file(`${a},approve`, `${a},void,twice`),
        await file(`${a},approve`, `${a.toLowerCase()},hold,twice`),
        await file(`${a},approve`, `${(await f.see(a)).id},hold,by its id`),
        await file(`${a},approve`, `${b},hold,"  "`),
        await file(`${a},approve`, `${b},hold,\u200b`),
      ]
      for (const path of wrong)
        await expect(laku('import', { file: path })).rejects.toThrow('nothing was changed')
      const twice = join(folder, 'twice.csv')
      await writeFile(twice, `code,code,decision\n${b},${a},approve\n`)
      await expect(laku('import', { file: twice })).rejects.toThrow('has the column code twice')
      for (const reason of [' ', '\u200b\u2060'])
        await expect(laku('hold', { settlement: a, reason })).rejects.toMatchObject({
          code: 'cli.unanswered',
        })
      expect((await f.see(a)).status).toBe('calculated')
    })

    it('changes nothing in a dry run, and says what it would', async () => {
      const [a] = await calculated(1)
      const path = await file(`${a},approve`)
      const { json } = await laku('import', { file: path, dryRun: true }, budi)
      expect(json).toMatchObject({ dry_run: true, done: 1, audit: [{ command: 'settle approve' }] })
      expect((await f.see(a)).status).toBe('calculated')
    })

    it('writes rows that failed to a file that can be fed back', async () => {
      const [a] = await calculated(1)
      const factory = await f.factory()
      await f.sell(factory, 60_000_000)
      const large = await f.settled(factory)
      const path = await file(`${a},approve`, `${large},approve`)
      const first = await laku('import', { file: path })
      expect(first.exitCode).toBe(7)
      expect(first.json).toMatchObject({ done: 1, failed: 1 })
      expect(first.json).toMatchObject({ results: [{ outcome: 'done' }, { key: large, outcome: 'failed' }] })
      const back = `${path}.failed.csv`
      expect(await readFile(back, 'utf8')).toContain(`${large},approve,`)
      expect((await laku('import', { file: back }, budi)).json).toMatchObject({ rows: 1, done: 1 })
    })
  })

  it('exports a batch for a bank and a statement', async () => {
    const [code] = await calculated(1)
    await f.approve(code)
    const output = join(folder, 'cimb.csv')
    const csv = await laku('export', { settlements: [code], channel: 'ID_CIMB', output })
    expect(csv.json).toMatchObject({ transfers: 1 })
    expect(await readFile(output, 'utf8')).toContain(
      `${code},ID_CIMB,CIMB Niaga,131313,PT Uji,95000,Laku ${code}`,
    )
    // A bank's statement from a spreadsheet set to Indonesia: semicolons, and a comma before the decimals.
    const statement = join(folder, 'statement.csv')
    const { batch } = csv.json as { batch: { number: number } }
    const confirmed = async (amount: string) => {
      const lines = ['code;amount_idr;reference;status', `${code.toLowerCase()};${amount};CIMB 77 001;Paid`]
      await writeFile(statement, `\ufeff${lines.join('\r\n')}\r\n`)
      return await laku('confirm', { batch: String(batch.number), statement })
    }
    await expect(confirmed('95.000')).rejects.toMatchObject({
      message: expect.stringContaining('is no whole number of rupiah'),
    })
    expect((await confirmed('95000,00')).json).toMatchObject({ status: 'done', open_idr: 0 })
    const pdf = join(folder, 'one.pdf')
    await laku('export', { settlements: [code], format: 'pdf', output: pdf })
    expect((await readFile(pdf)).subarray(0, 5).toString()).toBe('%PDF-')
  })
})
