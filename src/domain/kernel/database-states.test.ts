import { type AddressInfo, createServer, type Server } from 'node:net'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { failureOf } from '../../cli/errors/errors.ts'
import { beganAt, createKysely, createPool } from '../../runtime/database.ts'
import { workRecords } from '../ops/work-records.ts'
import { UnitOfWork, type Work } from './index.ts'

let laku: TestLaku
const opened: pg.Pool[] = []
const servers: Server[] = []
beforeAll(async () => {
  laku = await openTestLaku()
})
afterAll(async () => {
  await Promise.all(opened.map((pool) => pool.end()))
  for (const server of servers) server.close()
  await laku.close()
})

/** Returns units of work on connections of their own, to the database under another URL. */
function unitsAt(change: (url: URL) => void): UnitOfWork {
  const url = new URL(laku.urls.app)
  change(url)
  const pool = createPool({ url: url.toString(), poolSize: 2, applicationName: 'laku test' })
  opened.push(pool)
  const { clock, policy, vault } = laku
  return new UnitOfWork({
    db: createKysely(pool),
    beganAt,
    clock,
    policy,
    vault,
    records: workRecords,
    choreography: async () => ({}) as never,
    enqueue: async () => {},
  })
}

/** Starts a PostgreSQL that answers every connection with this error, like a server that starts or stops. */
async function answering(state: string, message: string): Promise<number> {
  const fields = `SFATAL\0VFATAL\0C${state}\0M${message}\0\0`
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      const body = Buffer.from(fields, 'latin1')
      const head = Buffer.alloc(5)
      head.write('E')
      head.writeInt32BE(body.length + 4, 1)
      socket.end(Buffer.concat([head, body]))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const write = (work: Work) =>
  sql`insert into paces (name, next_at) values ('a state', now()) on conflict do nothing`.execute(work.tx)
const options = (text: string) => (url: URL) => url.searchParams.set('options', text)
const at = (port: number) => (url: URL) => {
  url.host = `127.0.0.1:${port}`
  url.search = ''
}
const raise = (state: string) => async (work: Work) => {
  await sql
    .raw(`do $$ begin raise exception 'as PostgreSQL says it' using errcode = '${state}'; end $$`)
    .execute(work.tx)
}
/** Expects that the callers of each front are told to try again: by the HTTP status and by the exit code. */
async function expectUnavailable(
  unitOfWork: UnitOfWork,
  use: (work: Work) => Promise<unknown>,
  code: string,
) {
  const error = await unitOfWork.run(system, use).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code, kind: 'unavailable', details: { retryAfterS: expect.any(Number) } })
  expect(failureOf(error)).toMatchObject({ code, exitCode: 6 })
}
const away = 'kernel.database_unavailable'

it('is unavailable when it is read-only', async () => {
  await expectUnavailable(unitsAt(options('-c default_transaction_read_only=on')), write, away)
})

it('is unavailable when our connection is ended within a transaction', async () => {
  const dies = async (work: Work) => {
    await write(work)
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(work.tx)
  }
  await expectUnavailable(
    unitsAt(() => {}),
    dies,
    away,
  )
  // The error of the rollback must not hide the first error: pg says "not queryable" for it.
  const goesOn = async (work: Work) => {
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(work.tx).catch(() => undefined)
    await write(work)
  }
  await expectUnavailable(
    unitsAt(() => {}),
    goesOn,
    away,
  )
})

it('is unavailable when it has no connection left', async () => {
  const name = new URL(laku.urls.app).pathname.slice(1)
  const owner = new pg.Client({ connectionString: laku.ownerUrl })
  await owner.connect()
  await owner.query(`alter database "${name}" connection limit 0`)
  await expectUnavailable(
    unitsAt(() => {}),
    write,
    away,
  )
  await owner.query(`alter database "${name}" connection limit -1`)
  await owner.end()
})

it('is unavailable when nothing answers, when it starts, recovers, or shuts down', async () => {
  await expectUnavailable(unitsAt(at(9)), write, away)
  for (const [state, message] of [
    ['57P03', 'the database system is starting up'],
    ['57P03', 'the database system is not yet accepting connections'],
    ['57P03', 'the database system is in recovery mode'],
    ['57P01', 'terminating connection due to administrator command'],
    ['57P02', 'terminating connection because of crash of another server process'],
  ] as const)
    await expectUnavailable(unitsAt(at(await answering(state, message))), write, away)
})

it('is busy when a statement takes too long', async () => {
  const slow = async (work: Work) => {
    await sql`set local statement_timeout = '20ms'`.execute(work.tx)
    await sql`select pg_sleep(5)`.execute(work.tx)
  }
  await expectUnavailable(laku.unitOfWork, slow, 'kernel.busy')
})

// Server states that a test cannot cause, as PostgreSQL reports them.
it.each(['53100', '53200', '53300', '57P02', '57P03', '08006', '58030', '25P03', '58000', '57000'])(
  'is unavailable at SQLSTATE %s',
  async (state) => {
    await expectUnavailable(laku.unitOfWork, raise(state), away)
  },
)

const failed = (message: string, code?: string) => Object.assign(new Error(message), code && { code })

// Failures of the network and of this machine, as Node and pg report them.
it.each([
  failed('connect', 'ENETDOWN'),
  failed('connect', 'EHOSTDOWN'),
  failed('connect', 'ECONNABORTED'),
  failed('connect', 'EADDRNOTAVAIL'),
  failed('socket', 'EMFILE'),
  failed('Cannot call write after a stream was destroyed', 'ERR_STREAM_DESTROYED'),
  failed('Cannot use a pool after calling end on the pool'),
  failed('There was an error establishing an SSL connection'),
  new AggregateError([failed('connect', 'ECONNREFUSED'), failed('connect', 'ENETUNREACH')]),
])('is unavailable when its connection fails with %s', async (failure) => {
  await expectUnavailable(laku.unitOfWork, () => Promise.reject(failure), away)
})

it('is not at fault where a file is missing, or where only some of many errors are its own', async () => {
  const file = Object.assign(new Error('open'), { code: 'EMFILE', path: '/etc/laku/list.csv' })
  const mixed = new AggregateError([failed('connect', 'ECONNREFUSED'), failed('a defect')])
  for (const failure of [file, mixed, new AggregateError([])])
    await expect(laku.unitOfWork.run(system, () => Promise.reject(failure))).rejects.toBe(failure)
})
