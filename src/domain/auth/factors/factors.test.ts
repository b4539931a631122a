import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query, testEncryptionKey } from '../../../../test/global-setup.ts'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { clearOfStep, codeNow, enrol, enrolAdmin, hire, holderOf } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { reencryptPage, sealedTables } from '../../composition/sealing/sealed-data.ts'
import { ConfirmedFactor, type Refusal, showWhoActs, Vault } from '../../kernel/index.ts'
import { resolveAttention } from '../../ops/index.ts'
import { confirmEnrolment, enrolFactor, resetFactor, showFactor, useFactorCode } from '../index.ts'
import { factorCodeAt, newFactorSecret, stepOfCode } from './totp.ts'

type Member = Awaited<ReturnType<typeof hire>>

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
  await enrolAdmin(laku)
})
afterAll(() => laku.close())

/**
 * Returns a staff member with an old second factor who has not confirmed anything yet, and the factor's
 * secret.
 */
async function person(): Promise<{ who: Member; secret: string }> {
  const { token, secret } = await enrol(laku, 'finance')
  await clearOfStep()
  const { factor: _, ...who } = await holderOf(laku, token)
  return { who, secret }
}

const said = (answer: Refusal | object) =>
  'refused' in answer && answer.refused instanceof Error && 'code' in answer.refused
    ? answer.refused.code
    : 'ok'
const use = async (who: Member, code: string, burn = true) =>
  said(await laku.as(who, (work) => useFactorCode(work, { code, burn })))
/** Returns six digits that differ from all codes around now. */
const wrong = (secret: string) => {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeNow(secret, steps))
  return (
    ['111111', '222222', '333333', '444444', '555555', '666666'].find((text) => !near.includes(text)) ?? ''
  )
}

it('codes are those of RFC 6238', () => {
  // The test vectors of RFC 6238, appendix B, for SHA-1: the last six of their eight digits. The secret is
  // "12345678901234567890".
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const vectors = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const
  for (const [s, code] of vectors) {
    expect(factorCodeAt(secret, s * 1000)).toBe(code)
    expect(stepOfCode(secret, code, s * 1000)).toBe(Math.floor(s / 30))
  }
  expect(newFactorSecret('ana').uri).toMatch(
    /^otpauth:\/\/totp\/laku:ana\?issuer=laku&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6&period=30$/,
  )
})

describe('a code', () => {
  it('counts once, and one step before or after counts too', async () => {
    const { who, secret } = await person()
    const now = codeNow(secret)
    expect([await use(who, now, false), await use(who, now)]).toEqual(['ok', 'ok'])
    expect([await use(who, now), await use(who, now, false)]).toEqual(Array(2).fill('auth.factor_code_used'))
    expect(await use(who, codeNow(secret, 1))).toBe('ok')
    expect(await use(who, codeNow(secret, 4))).toBe('auth.factor_code_wrong')
    expect(await use(who, codeNow(secret, -4))).toBe('auth.factor_code_wrong')
    expect(await use(who, '12345a')).toBe('auth.factor_code_wrong')
  })

  it('may be typed as apps show it, with a gap', async () => {
    const { who, secret } = await person()
    const [a, b] = [codeNow(secret).slice(0, 3), codeNow(secret).slice(3)]
    for (const typed of [`${a} ${b}`, ` ${a}\u00a0${b}\n`, `${a}-${b}`, `${a}\u2013${b}`, `${a}.${b}`])
      expect([typed, await use(who, typed, false)]).toEqual([typed, 'ok'])
  })

  it('counts for one of those who say it at once', async () => {
    const { who, secret } = await person()
    const code = codeNow(secret)
    const answers = await Promise.all(Array.from({ length: 5 }, () => use(who, code)))
    expect(answers.toSorted()).toEqual([...Array(4).fill('auth.factor_code_used'), 'ok'])
  })

  it('of somebody else is none of theirs', async () => {
    const [one, other] = [await person(), await person()]
    expect(await use(one.who, codeNow(other.secret))).toBe('auth.factor_code_wrong')
    expect(await use({ ...one.who, id: other.who.id }, codeNow(one.secret))).toBe('auth.factor_code_wrong')
    // A caller with another person's name and code, but without their token, is refused.
    const forged = { ...one.who, proof: other.who.proof as NonNullable<Member['proof']> }
    expect(await refusal(use(forged, codeNow(one.secret)))).toBe('kernel.forbidden')
  })

  it('is guessed five times, then once a minute; who is there waits a minute at most', async () => {
    const { who, secret } = await person()
    const guesses = await Promise.all(Array.from({ length: 8 }, () => use(who, wrong(secret))))
    expect(guesses.toSorted()).toEqual([
      ...Array(5).fill('auth.factor_code_wrong'),
      ...Array(3).fill('auth.factor_limited'),
    ])
    const answer = await laku.as(who, (work) => useFactorCode(work, { code: codeNow(secret) }))
    expect(answer).toMatchObject({ refused: { code: 'auth.factor_limited' } })
    const { retryAfterS } = (answer as Refusal).refused.details as { retryAfterS: number }
    expect(retryAfterS).toBeGreaterThan(0)
    expect(retryAfterS).toBeLessThanOrEqual(60)
    const told = await laku.db
      .selectFrom('attention')
      .select('id')
      .where('kind', '=', 'factor_guessed')
      .where('subjectId', '=', who.id)
      .execute()
    expect(told).toHaveLength(1)
    // The person who guesses holds the token of the person that the item is about. So only finance resolves
    // it.
    const away = (by: Member) =>
      refusal(laku.as(by, (work) => resolveAttention(work, { id: told[0]?.id ?? '', resolution: 'seen' })))
    expect(await away(who)).toBe('kernel.own_act')
    expect(await away(await hire(laku, 'support'))).toBe('kernel.forbidden')
    const past = laku.as(who, async (work) => {
      await showWhoActs(work)
      await sql`
        update attention set resolved_at = ${work.now}, resolved_by = ${`staff:${who.name}`}, resolution = 'seen'
        where id = ${told[0]?.id}`.execute(work.tx)
    })
    await expect(past).rejects.toThrow('resolved by somebody of finance whom it does not concern')
    // Other people are not affected by this limit.
    const other = await person()
    expect(await use(other.who, codeNow(other.secret))).toBe('ok')
    laku.clock.shift(60)
    expect(await use(who, wrong(secret))).toBe('auth.factor_code_wrong')
    laku.clock.shift(60)
    expect(await use(who, codeNow(secret))).toBe('ok')
    laku.clock.shift(-120)
  })
})

describe('enrolling', () => {
  const begin = (who: Member) => laku.as(who, enrolFactor)
  const confirm = async (who: Member, code: string) =>
    said(await laku.as(who, (work) => confirmEnrolment(work, { code })))

  it('shows the secret once, keeps it sealed, and ends with a first code, which counts for nothing else', async () => {
    const { factor: _, ...who } = await hire(laku, 'finance')
    await laku.as(admin, (work) => resetFactor(work, { staff: who.name }))
    expect(await use(who, '123456')).toBe('kernel.second_factor_missing')
    expect(await confirm(who, '123456')).toBe('auth.factor_not_begun')
    const lost = await begin(who)
    const { secret } = await begin(who)
    expect(await confirm(who, codeNow(lost.secret))).toBe('auth.factor_code_wrong')
    expect(await laku.as(who, (work) => showFactor(work, {}))).toMatchObject({ confirmedAt: null })
    expect(await confirm(who, codeNow(secret))).toBe('ok')
    expect(await use(who, codeNow(secret))).toBe('auth.factor_code_used')
    const rows = await laku.db.selectFrom('staffFactors').selectAll().where('staffId', '=', who.id).execute()
    const audit = await laku.db.selectFrom('auditLog').selectAll().where('subjectId', '=', who.id).execute()
    expect(JSON.stringify([rows, audit])).not.toContain(secret)
    expect(rows.filter((row) => row.secretSealed !== null)).toHaveLength(1)
    const { confirmedAt, countsFrom } = await laku.as(who, (work) => showFactor(work, {}))
    expect(countsFrom?.getTime()).toBe((confirmedAt?.getTime() ?? 0) + 86_400_000)
    const seen = (by: Member) => refusal(laku.as(by, (work) => showFactor(work, { staff: who.name })))
    expect([await seen(admin as Member), await seen((await person()).who)]).toEqual([
      'ok',
      'kernel.forbidden',
    ])
  })

  it('another one takes a code of the one before, which stays until then: a borrowed token changes none', async () => {
    const { who, secret } = await person()
    expect(await refusal(begin(who))).toBe('kernel.second_factor_needed')
    const forged = { ...who, factor: new ConfirmedFactor(who.id, null) }
    expect(await refusal(begin(forged))).toBe('auth.factor_there')
    const confirmed = await laku.as(who, (work) => useFactorCode(work, { code: codeNow(secret, -1) }))
    const next = await begin({ ...who, factor: confirmed as ConfirmedFactor })
    expect(await use(who, codeNow(secret))).toBe('ok')
    expect(await confirm(who, codeNow(next.secret))).toBe('ok')
    expect(await use(who, codeNow(secret, 1))).toBe('auth.factor_code_wrong')
    expect(await use(who, codeNow(next.secret, 1))).toBe('ok')
  })

  it('ends an hour after it began', async () => {
    const { factor: _, ...who } = await hire(laku, 'finance')
    await laku.as(admin, (work) => resetFactor(work, { staff: who.id }))
    const { secret, factorId } = await begin(who)
    await query(
      laku.ownerUrl,
      `update staff_factors set created_at = created_at - interval '61 minutes' where id = '${factorId}'`,
    )
    expect(await refusal(confirm(who, codeNow(secret)))).toBe('auth.factor_not_begun')
  })
})

it('only an administrator resets one, and none that is not there', async () => {
  const [{ who }, other] = [await person(), await person()]
  const reset = (by: Member) => refusal(laku.as(by, (work) => resetFactor(work, { staff: who.name })))
  expect(await reset(other.who)).toBe('kernel.forbidden')
  expect([await reset(admin as Member), await reset(admin as Member)]).toEqual(['ok', 'auth.factor_missing'])
})

it('the key of its secret rotates, by an administrator alone', async () => {
  const { who, secret } = await person()
  const sealed = sealedTables.find(({ table }) => table === 'staff_factors')
  if (!sealed) throw new Error('factors are not rotated')
  const fresh = new Vault(['a new key of thirty-two characters', testEncryptionKey])
  const rewrite = (by: Member) =>
    laku.as(by, ({ tx, actor, requestId }) => reencryptPage({ tx, vault: fresh, actor, requestId }, sealed))
  expect(await refusal(rewrite(who))).toBe('kernel.forbidden')
  const { rewritten, left } = await rewrite(admin as Member)
  expect([rewritten > 0, left]).toEqual([true, []])
  expect((await rewrite(admin as Member)).rewritten).toBe(0)
  const { secretSealed } = await laku.db
    .selectFrom('staffFactors')
    .select('secretSealed')
    .where('staffId', '=', who.id)
    .executeTakeFirstOrThrow()
  expect(new Vault('a new key of thirty-two characters').open('staff.factor', secretSealed ?? '')).toBe(
    secret,
  )
})
