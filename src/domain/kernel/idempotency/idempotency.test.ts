import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type WrappedPool, wrapPool } from '../../../../test/wrapped-pool.ts'
import { claimKeys, type IdempotencyKey, newId, requestHash, storeAnswers } from '../index.ts'

describe('idempotency keys', () => {
  let laku: TestLaku
  let pool: WrappedPool
  beforeAll(async () => {
    laku = await openTestLaku()
    pool = wrapPool(laku.pool)
  })
  afterAll(() => laku.close())

  const keyOf = (key: string, body: unknown = {}, scope = 'customer:a'): IdempotencyKey => ({
    scope,
    key,
    requestHash: requestHash('POST /x', body),
  })
  /** Claims a key. If the key is new, does the work: adds to `done` and stores the answer. */
  const once = (key: IdempotencyKey, done: string[]) =>
    laku.system(async (work) => {
      const [before] = await claimKeys(work, [key])
      if (before) return before
      done.push(key.key)
      const answer = { status: 201, body: { n: done.length } }
      await storeAnswers(work, [{ ...key, answer }])
      return answer
    })

  it('answers a repeated request with the first answer', async () => {
    const done: string[] = []
    const key = keyOf(newId())
    expect(await once(key, done)).toEqual({ status: 201, body: { n: 1 } })
    expect(await once(key, done)).toEqual({ status: 201, body: { n: 1 } })
    expect(done).toHaveLength(1)
  })

  it('refuses another request under the same key', async () => {
    const key = newId()
    await once(keyOf(key, { amount: 1 }), [])
    expect(await once(keyOf(key, { amount: 2 }), [])).toMatchObject({ code: 'kernel.idempotency_key_reused' })
  })

  it('keeps the keys of two callers apart, in one batch too', async () => {
    const key = newId()
    const outcomes = await laku.system((work) =>
      claimKeys(work, [keyOf(key, {}, 'customer:a'), keyOf(key, {}, 'customer:b')]),
    )
    expect(outcomes).toEqual([undefined, undefined])
  })

  it('keeps no name of answers from before names were left out, sealed or readable (migrations 0140, 0158)', async () => {
    const goods = [{ name: 'Kaos Polos', total_idr: 75_000, note: null }, { name: 'Topi' }]
    const user = { id: newId(), name: 'Siti Rahayu', phone: '+6281234567890', email: null }
    const address = { recipient_name: 'Budi "B" \\ Santoso', street: 'Jl. Melati 5', postal_code: '40132' }
    const answer = { id: newId(), user, order: { code: 'ORD-1', address, items: goods }, data: [] }
    const sealed = {
      id: newId(),
      amount_idr: 50_000,
      account_holder_name: 'sealed:AbC_-9',
      way: { to: 'sealed:x' },
    }
    const [readable, unreadable, refund] = [newId(), newId(), newId()]
    const rows = [
      [readable, answer],
      [unreadable, sealed],
      [refund, { refund_idr: 5, title: 'a', units: [1, 2] }],
    ] as const
    for (const [key, response] of rows)
      await query(
        laku.ownerUrl,
        `insert into idempotency_keys (scope, key, request_hash, status, response, created_at)
         values ('customer:old', '${key}', 'x', 201, '${JSON.stringify(response)}', now())`,
      )
    for (const name of ['0140_answers_keep_no_names', '0158_older_answers_keep_no_names'])
      await query(laku.ownerUrl, await readFile(`migrations/${name}.sql`, 'utf8'))
    const kept = await laku.db
      .selectFrom('idempotencyKeys')
      .select(['key', 'status', 'response', 'expiresAt'])
      .where('scope', '=', 'customer:old')
      .execute()
    const left = new Map(kept.map(({ key, response }) => [key, response]))
    const none = 'not kept'
    expect(kept.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(kept.filter(({ expiresAt }) => expiresAt === null)).toEqual([])
    expect(left.get(readable)).toEqual({
      ...answer,
      user: { ...user, name: none, phone: none },
      order: {
        code: 'ORD-1',
        address: { recipient_name: none, street: none, postal_code: none },
        items: goods,
      },
    })
    expect(left.get(unreadable)).toEqual({ ...sealed, account_holder_name: none, way: { to: none } })
    expect(left.get(refund)).toEqual({ refund_idr: 5, title: none, units: [1, 2] })
  })

  it('does the work once for 32 requests at the same time', async () => {
    const done: string[] = []
    const key = keyOf(newId())
    const answers = await Promise.all(Array.from({ length: 32 }, () => once(key, done)))
    expect(done).toHaveLength(1)
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"status":201,"body":{"n":1}}']),
    )
  })

  it('leaves nothing of a request that failed', async () => {
    const key = keyOf(newId())
    const failing = laku.system(async (work) => {
      await claimKeys(work, [key])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const done: string[] = []
    await once(key, done)
    expect(done).toHaveLength(1)
  })

  it('claims a key anew that was forgotten while it was looked at', async () => {
    // The first statement finds the key taken, and the second finds it deleted.
    let first = true
    pool.rewrite = (text) => {
      if (!first || !text.includes('insert into idempotency_keys')) return text
      first = false
      return text.replace('on conflict', 'where false on conflict')
    }
    const key = keyOf(newId())
    expect(await laku.system((work) => claimKeys(work, [key]))).toEqual([undefined])
    pool.rewrite = (text) => text
    expect(first).toBe(false)
    expect(await laku.system((work) => claimKeys(work, [key]))).toMatchObject([
      { code: 'kernel.idempotency_in_progress' },
    ])
  })

  it('tells new keys from known ones in a batch', async () => {
    const known = keyOf(newId())
    await once(known, [])
    const outcomes = await laku.system((work) =>
      claimKeys(work, [keyOf(newId()), known, keyOf(known.key, { other: 1 })]),
    )
    expect(outcomes[0]).toBeUndefined()
    expect(outcomes[1]).toEqual({ status: 201, body: { n: 1 } })
    expect(outcomes[2]).toMatchObject({ code: 'kernel.idempotency_key_reused' })
  })
})
