import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { testEncryptionKey } from '../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { hire } from '../../../test/staff.ts'
import { TestStaffServer } from '../../../test/staff-server.ts'
import { loadedBuild } from '../../runtime/build-id.ts'
import { WorkThread } from './work-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-thread-'))
let laku: TestLaku
let house: WorkThread
let server: TestStaffServer
let token: string
let factoryId: string
beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
  factoryId = (await Market.open(laku)).factoryId
  house = new WorkThread({
    env: { LAKU_DATA_DIR: folder, LAKU_ENCRYPTION_KEY: testEncryptionKey, LAKU_LOG_LEVEL: 'fatal' },
    flags: { databaseUrl: laku.urls.app },
  })
  server = await TestStaffServer.open(laku, { house })
  token = await server.tokenOf((await hire(laku, 'admin')).id)
})
afterAll(async () => {
  await server.close()
  await house.close()
  await laku.close()
  rmSync(folder, { recursive: true })
})

const connections = async () => {
  const { rows } = await laku.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name = 'laku staff work'`,
  )
  return rows[0]?.count
}
const rowsMade = async () => {
  const { rows } = await laku.pool.query<{ count: number }>(
    "select count(*)::int as count from product_variants where sku like 'D-%'",
  )
  return rows[0]?.count
}
const catalogue = (mark: string, rows: number) => {
  const path = join(folder, `${mark}.csv`)
  const lines = Array.from(
    { length: rows },
    (_, n) => `${factoryId},Kaos ${mark},${mark}-${n},${n},200,50000`,
  )
  writeFileSync(path, `factory_id,product,sku,variant,weight_g,price_idr\n${lines.join('\n')}\n`)
  return path
}
const imported = (path: string) => server.run(token, ['products', 'import', path, '--yes', '--json'])

it('a quick command opens no thread; a long one runs in it, with its file, its answer and its exit code', async () => {
  expect((await server.run(token, ['factories', 'list', '--json'])).exitCode).toBe(0)
  expect(await connections()).toBe(0)
  const { exitCode, stdout } = await imported(catalogue('A', 3))
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { rows: 3 }])
  expect(await connections()).toBeGreaterThan(0)
  const verified = await server.run(token, ['ledger', 'verify', '--json'])
  expect([verified.exitCode, JSON.parse(verified.stdout)]).toMatchObject([0, { ok: true }])
  const refused = await server.run(token, ['products', 'import', join(folder, 'none.csv'), '--yes'])
  expect(refused.exitCode).toBe(2)
})

it('a thread that ends takes its command with it, says so, and the next command gets a new thread', async () => {
  const under = imported(catalogue('D', 200))
  // A thread of an earlier test may still have connections, so the test waits for rows that only this command
  // makes.
  await expect.poll(rowsMade, { timeout: 20_000 }).toBeGreaterThan(0)
  await house.close()
  expect((await under).exitCode).not.toBe(0)
  expect((await imported(catalogue('E', 2))).exitCode).toBe(0)
})

it('starts in a quiet second of the server, and opens laku before there is a command', async () => {
  await house.close()
  await expect.poll(connections, { timeout: 20_000 }).toBe(0)
  const customers = { received: 0, inFlight: 0 }
  let onDisk = loadedBuild
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    house.startWhenQuiet(customers, () => onDisk)
    const after = (seconds: number, requests: number, inFlight = 0) => {
      customers.received += requests
      customers.inFlight = inFlight
      vi.advanceTimersByTime(seconds * 1_000)
      return house.isStarted
    }
    expect([after(9, 0), after(1, 60), after(1, 1, 1)]).toEqual([false, false, false])
    onDisk = 'another build, which was installed over this one'
    expect(after(1, 1)).toBe(false)
    onDisk = loadedBuild
    expect(after(1, 1)).toBe(true)
  } finally {
    vi.useRealTimers()
  }
  await expect.poll(connections, { timeout: 20_000 }).toBeGreaterThan(0)
})
