import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runLaku } from '../../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { rate } from '../../../test/market.ts'
import { hire } from '../../../test/staff.ts'
import { TestStaffServer } from '../../../test/staff-server.ts'
import { orderChoreography, Storefront } from '../../../test/storefront.ts'

let laku: TestLaku
let shop: Storefront
const folder = mkdtempSync(join(tmpdir(), 'laku-refunds-'))
const file = join(folder, 'refunds.csv')
beforeAll(async () => {
  laku = await openTestLaku({ choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await laku.close()
})

async function paid(): Promise<string> {
  const [buyer] = await shop.market.buyers(1)
  const { payment } = await shop.order(buyer!, 1, { rate })
  await shop.market.pay(payment.id)
  return payment.code
}

const write = (...rows: string[]) =>
  writeFileSync(file, `key,payment,amount_idr,reason\n${rows.map((row) => `${row}\n`).join('')}`)
const create = (...words: string[]) => runLaku(laku, ['refunds', 'create', ...words])
const refunds = async () => (await laku.db.selectFrom('refunds').select('key').execute()).length

describe('laku refunds create --file', () => {
  it('checks every row before the first, then makes each once, however often it is said', async () => {
    const codes = [await paid(), await paid()]
    write(`a,${codes[0]},5000,a stain`, `b,${codes[1]},999999999,all of it`)
    const refused = await create('--file', file, '--json')
    expect(refused.exitCode).toBe(2)
    expect(refused.stdout).toContain('nothing was changed, 1 rows are wrong: line 3, b')
    expect(await refunds()).toBe(0)
    write(`a,${codes[0]},5000,a stain`, `b,${codes[1]},7000,late`)
    const dry = await create('--file', file, '--json', '--dry-run')
    expect(JSON.parse(dry.stdout)).toMatchObject({ dry_run: true, done: 2, failed: 0 })
    expect(await refunds()).toBe(0)
    expect(JSON.parse((await create('--file', file, '--json')).stdout)).toMatchObject({ done: 2, before: 0 })
    expect(JSON.parse((await create('--file', file, '--json')).stdout)).toMatchObject({ done: 0, before: 2 })
    expect(await refunds()).toBe(2)
    const audit = await laku.db
      .selectFrom('auditLog')
      .select(['command', 'reason'])
      .where('command', '=', 'refunds create')
      .orderBy('id')
      .execute()
    expect(audit.map((row) => row.reason)).toEqual(['a stain', 'late'])
    await shop.expectAllTrue()
  })

  it('ends with 7 where rows fail together that passed alone, and writes them out', async () => {
    const code = await paid()
    write(`c,${code},60000,half`, `d,${code},60000,the other half`)
    const run = await create('--file', file, '--ndjson')
    expect(run.exitCode).toBe(7)
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      { outcome: 'done' },
      { outcome: 'failed', error: { code: expect.stringMatching(/^payment/) } },
    ])
    expect(readFileSync(`${file}.failed.csv`, 'utf8')).toMatch(/^key,payment,amount_idr,reason,error\r\nd,/)
  })

  it('issue 11, case 15: a dry run does each row after those before it, as the run itself would', async () => {
    const code = await paid()
    write(`f,${code},60000,half`, `g,${code},60000,the other half`)
    const before = await refunds()
    const dry = await create('--file', file, '--json', '--dry-run')
    expect(JSON.parse(dry.stdout)).toMatchObject({
      dry_run: true,
      pages: 1,
      done: 1,
      failed: 1,
      results: [{ outcome: 'done' }, { outcome: 'failed' }],
    })
    expect(await refunds()).toBe(before)
    expect(JSON.parse((await create('--file', file, '--json')).stdout)).toMatchObject({ done: 1, failed: 1 })
  })

  it('knows a key again however it is written, in a file and after it', async () => {
    const code = await paid()
    write(`row-1,${code},1000,x`, ` ROW‐1 ,${code},1000,x`)
    expect((await create('--file', file, '--json')).stdout).toContain('is already on line 2')
    write(`row-1,${code},1000,x`)
    await create('--file', file, '--json')
    write(`Row-1,${code},1000,x`)
    expect(JSON.parse((await create('--file', file, '--json')).stdout)).toMatchObject({ before: 1, done: 0 })
    // A key without a visible character is no key: all refunds without one would count as the same refund.
    for (const blank of ['" "', '\u200b']) {
      write(`${blank},${code},1000,x`)
      expect((await create('--file', file, '--json')).stdout).toContain('is no key')
    }
    const one = await create(code, '1000', '--key', ' \u200b', '--reason', 'x', '--json')
    expect(JSON.parse(one.stdout)).toMatchObject({ error: { code: 'payment.refund_key_blank' } })
  })

  it('goes through the staff server: the file with the command, the failed rows back, each row once', async () => {
    const code = await paid()
    const server = await TestStaffServer.open(laku)
    const token = await server.tokenOf((await hire(laku, 'finance')).id)
    const send = (...words: string[]) =>
      server.run(token, ['refunds', 'create', '--file', file, '--json', ...words])
    write(`s1,${code},60000,half`, `s2,${code},60000,the other half`)
    const before = await refunds()
    const dry = await send('--dry-run')
    expect(JSON.parse(dry.stdout)).toMatchObject({ dry_run: true, done: 1, failed: 1 })
    const failed = join(folder, 'failed.csv')
    const key = ['--idempotency-key', 'a file', '--failed', failed]
    const first = await send(...key)
    expect([first.exitCode, JSON.parse(first.stdout)]).toMatchObject([7, { done: 1, failed: 1 }])
    expect(readFileSync(failed, 'utf8')).toMatch(/^key,payment,amount_idr,reason,error\r\ns2,/)
    // A row failed, so the same command under its key looks at it anew. The row that is done is not done
    // again.
    const second = await send(...key)
    expect([second.exitCode, second.stdout]).toEqual([
      2,
      expect.stringContaining('1 rows are wrong: line 3, s2'),
    ])
    expect(await refunds()).toBe(before + 1)
    await server.close()
  })

  it('is either a file or one refund, and names what is missing', async () => {
    write(`e,${await paid()},1000,x`)
    expect((await create('PAY-1', '5', '--file', file)).exitCode).toBe(2)
    expect((await create('PAY-1', '5', '--ndjson', '--reason', 'x')).exitCode).toBe(2)
    expect((await create('--json')).stdout).toContain('<payment> is missing')
  })
})
