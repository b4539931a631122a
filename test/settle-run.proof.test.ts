import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSettlementFixture, type SettlementFixture } from './settlements.ts'
import { enrol } from './staff.ts'

const ROUNDS = 20
const FACTORIES = 12

let f: SettlementFixture
let token: string
beforeAll(async () => {
  f = await openSettlementFixture()
  token = await enrol(f.laku, 'finance', 'sinta').then(({ token }) => token)
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

/**
 * Runs `laku settle run --ndjson` as a process that is killed (SIGKILL) after this many lines. Returns the
 * lines that it printed.
 */
async function run(killAfter = Number.POSITIVE_INFINITY): Promise<string[]> {
  const env = {
    ...process.env,
    LAKU_TOKEN: token,
    DATABASE_URL: f.laku.urls.app,
    LAKU_ENCRYPTION_KEY: f.laku.config.encryptionKey.join(','),
  }
  const child = spawn(process.execPath, ['bin/laku.js', 'settle', 'run', '--ndjson', '--yes', '--quiet'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (out.split('\n').length > killAfter) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return out.split('\n').slice(0, -1)
}

it('a run killed at any line and run again is as one that was not', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const factories: string[] = []
    for (let i = 0; i < FACTORIES; i++) {
      const id = await f.factory()
      await f.sell(id, 100_000 * (i + 1))
      factories.push(id)
    }
    const told = await run(Math.floor(Math.random() * FACTORIES))
    const lines = await run()
    expect(lines).toEqual(expect.arrayContaining(told))
    expect(await run()).toEqual(lines)
    const rows = await f.laku.db
      .selectFrom('settlements')
      .select(['factoryId', 'netIdr'])
      .where('factoryId', 'in', factories)
      .execute()
    const netOf = (id: string) => rows.filter((row) => row.factoryId === id).map((row) => row.netIdr)
    expect(factories.map(netOf)).toEqual(factories.map((_, i) => [95_000 * (i + 1)]))
    for (const id of factories) {
      const code = ((await f.run({ factoryId: id })).settlements[0]?.code ?? '') as string
      await f.approve(code)
    }
  }
})
