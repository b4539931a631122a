import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openTestLaku } from '../../test/laku.ts'
import { createPool } from './database.ts'

/** The settings that PgBouncer accepts when a client connects. It refuses clients that send others. */
const takenByPgBouncer = ['user', 'database', 'client_encoding', 'application_name']

test('every transaction has its bounds, and the connection goes back without them', async () => {
  const laku = await openTestLaku()
  const bounds = sql<Record<string, string>>`
    select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle`
  const inside = { statement: '1min', lock: '15s', idle: '30s' }
  expect(await laku.db.transaction().execute(async (tx) => (await bounds.execute(tx)).rows[0])).toEqual(
    inside,
  )
  const reading = laku.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  expect(
    await reading.execute(async (tx) => {
      const [mode] = (
        await sql<{ mode: string }>`select current_setting('transaction_isolation') as mode`.execute(tx)
      ).rows
      return { ...(await bounds.execute(tx)).rows[0], ...mode }
    }),
  ).toEqual({ ...inside, mode: 'repeatable read' })
  expect((await bounds.execute(laku.db)).rows[0]).toEqual({ statement: '0', lock: '0', idle: '0' })
  await laku.close()
})

test('says nothing to the database as it connects that PgBouncer refuses', async () => {
  const server = createServer((socket) => {
    socket.once('data', (packet) => {
      // The packet has a length, a protocol version, and then names and values, each ended by a zero byte.
      said.push(...packet.subarray(8, -2).toString().split('\0'))
      socket.destroy()
    })
  })
  const said: string[] = []
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `postgres://laku_app@127.0.0.1:${port}/laku`
  const pool = createPool({ url, poolSize: 1, applicationName: 'laku test' })
  await expect(pool.query('select 1')).rejects.toThrow()
  expect(said.filter((_, i) => i % 2 === 0)).toEqual(expect.arrayContaining(['user', 'database']))
  for (const name of said.filter((_, i) => i % 2 === 0)) expect(takenByPgBouncer).toContain(name)
  await pool.end()
  server.close()
})
