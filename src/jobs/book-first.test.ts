import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxControl } from '../../test/control.ts'
import { good, openWalletFixture } from '../../test/wallets.ts'
import { databaseDoubt, readInstallationId } from '../domain/kernel/index.ts'
import { type RunningWorker, startWorker } from './worker.ts'

type Fixture = Awaited<ReturnType<typeof openWalletFixture>>

let f: Fixture
let worker: RunningWorker | undefined
beforeAll(async () => {
  f = await openWalletFixture({ watched: false })
})
afterAll(async () => {
  await worker?.close()
  await f.laku.close()
})

const until = async (is: () => Promise<boolean>) => {
  for (let i = 0; i < 40; i++) {
    if (await is()) return
    await new Promise((done) => setTimeout(done, 250))
  }
  throw new Error('it did not come to be within 10 s')
}
const statusOf = async (id: string) => (await f.row(id)).status
/** Resets the mark, as after a start of the server or of a copy of its data folder. */
const startedAnew = () => sql`update provider_book_reads set server_start = null`.execute(f.laku.db)

it('a server that was started reads the provider’s book before money leaves it, and within 10 s it does', async () => {
  const user = await f.user()
  await f.known(user, good)
  await f.fill(user, 100_000)
  const { id } = await f.withdraw(user, 40_000)
  await startedAnew()
  worker = await startWorker(f.laku)
  await until(async () => (await statusOf(id)) === 'submitted' || (await statusOf(id)) === 'succeeded')
  await worker.close()
  worker = undefined

  // The database is a copy of the folder that lacks the shop's later payments, and has no other mark of a
  // copy.
  const own = await f.laku.system(({ tx }) => readInstallationId(tx))
  const line = { type: 'DISBURSEMENT', amount: 40_000, reference_id: `${own}-WDR-261130-ABCDEFGHJK-1` }
  await sandboxControl(f.laku)('POST', '/transactions', line)
  const other = await f.withdraw(user, 40_000)
  await startedAnew()
  worker = await startWorker(f.laku)
  await until(async () => (await f.laku.system(({ tx }) => databaseDoubt(tx))) !== undefined)
  expect(await statusOf(other.id)).toBe('approved')
  await expect(f.withdraw(user, 10_000)).rejects.toMatchObject({ code: 'kernel.database_in_doubt' })
}, 40_000)
