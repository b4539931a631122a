import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessToken } from '../access-token.ts'
import { eventually } from '../failures/working-shop.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import type { Buyer } from '../market.ts'
import { MUCH_IDR } from '../payouts.ts'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import { Storefront } from '../storefront.ts'

/** A new worker takes its first job after a second or two, but much later on a busy machine. */
const TIMEOUT_MS = 60_000

interface Answer {
  status: number
  connection: string | undefined
  body: string
}

async function answerOf(sent: ClientRequest): Promise<Answer> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode ?? 0, connection: response.headers.connection, body }
}

describe('processes that get SIGTERM', () => {
  let laku: TestLaku
  let shop: Storefront
  let blocker: pg.Client
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true, floatIdr: MUCH_IDR })
    shop = await Storefront.open(laku)
    await shop.market.addStock(100)
    blocker = new pg.Client({ connectionString: laku.ownerUrl })
    await blocker.connect()
  })
  afterAll(async () => {
    RunningLaku.killAll()
    await blocker.end()
    await shop.expectAllTrue()
    await laku.close()
  })

  /** Locks a row as another transaction would, until the returned function is called. */
  async function holdRow(table: string, id: string): Promise<() => Promise<unknown>> {
    await blocker.query('begin')
    await blocker.query(`select from ${table} where id = $1 for update`, [id])
    return () => blocker.query('rollback')
  }
  /**
   * Returns the number of transactions that wait for a lock. The query runs outside of the blocking
   * transaction, because there the list of processes does not change.
   */
  const waiting = async () => {
    const { rows } = await laku.pool.query(
      `select count(*)::int as n from pg_locks l join pg_stat_activity a using (pid)
       where a.datname = current_database() and not l.granted`,
    )
    return rows[0].n as number
  }

  it('server: answers what is under way, says so at /readyz first, refuses the rest, and ends with 0', async () => {
    const server = await RunningLaku.server(environmentOf(laku))
    const port = Number(new URL(server.url).port)
    const kept = new Agent({ keepAlive: true })
    const send = (method: string, path: string, headers: Record<string, string> = {}, agent?: Agent) =>
      request({ host: '127.0.0.1', port, method, path, headers, ...(agent && { agent }) })
    const get = (path: string) => answerOf(send('GET', path, {}, kept).end())
    expect(await get('/readyz')).toMatchObject({ status: 200, connection: 'keep-alive' })

    // Three joins of a session whose row is locked: two wait for the row, the third waits in the batcher.
    const { id } = await shop.market.session({ moq: 10 })
    const buyers = await shop.market.buyers(3)
    const letGo = await holdRow('group_buying_sessions', id)
    const join = (buyer: Buyer) => {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken(laku.config.jwtSecret[0] as string, buyer.id)}`,
      }
      const body = {
        items: [{ variant_id: shop.market.variantId, quantity: 1 }],
        address_id: buyer.addressId,
      }
      return answerOf(send('POST', `/api/group-sessions/${id}/join`, headers, kept).end(JSON.stringify(body)))
    }
    const joins: Promise<Answer>[] = []
    for (const [i, buyer] of buyers.entries()) {
      joins.push(join(buyer))
      await eventually(waiting, (n) => expect(n).toBe(Math.min(2, i + 1)))
    }
    // A webhook delivery of which only half of the body has arrived.
    const update = JSON.stringify({ id: 'inv', external_id: 'x', status: 'PAID' })
    const delivery = send('POST', '/api/webhooks/xendit', {
      'content-type': 'application/json',
      'content-length': String(update.length),
      'x-callback-token': laku.config.xenditCallbackToken[0] as string,
    })
    const delivered = answerOf(delivery)
    delivery.write(update.slice(0, 10))
    await sleep(100)

    const beganMs = performance.now()
    const ended = server.end('SIGTERM')
    await eventually(
      () => get('/readyz'),
      ({ status, body }) => expect([status, JSON.parse(body).ending]).toEqual([503, true]),
    )
    await eventually(
      () =>
        get('/healthz').then(
          () => 'answers',
          () => 'refuses',
        ),
      (it) => expect(it).toBe('refuses'),
    )
    await letGo()
    delivery.end(update.slice(10))
    expect((await Promise.all(joins)).map(({ status }) => status)).toEqual([201, 201, 201])
    expect(await delivered).toMatchObject({ status: 200, connection: 'close' })
    expect(await ended).toBe(0)
    expect(performance.now() - beganMs).toBeLessThan(10_000)
    kept.destroy()
    expect((await shop.market.see(id)).heldUnits).toBe(3)
  }, 90_000)

  it('worker: ends the job that runs, takes no other, and ends with 0', async () => {
    const worker = await RunningLaku.worker(environmentOf(laku))
    const [ana, budi] = await shop.market.buyers(2)
    const orders = [await shop.order(ana!), await shop.order(budi!)]
    const letGo = await holdRow('payments', orders[0]!.payment.id)
    await queueWithdrawal(orders[0]!.payment.id)
    await eventually(waiting, (n) => expect(n).toBe(1), TIMEOUT_MS)
    const ended = worker.end('SIGTERM')
    await sleep(300)
    await queueWithdrawal(orders[1]!.payment.id)
    await letGo()
    expect(await ended).toBe(0)
    expect(await jobsOf('payments.withdraw')).toEqual(['completed', 'created'])
  }, 90_000)

  const queueWithdrawal = (paymentId: string) =>
    laku.system((work) => laku.queue.enqueue(work.tx, [{ name: 'payments.withdraw', data: { paymentId } }]))
  const jobsOf = async (name: string) => {
    const { rows } = await laku.pool.query(
      'select state::text from pgboss.job where name = $1 order by created_on',
      [name],
    )
    return rows.map((row) => row.state as string)
  }
})
