import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { newFactorSecret } from '../src/domain/auth/factors/totp.ts'
import {
  createStaff,
  FACTOR_PURPOSE,
  factorCodeAt,
  issueStaffToken,
  newStaffToken,
  staffByToken,
} from '../src/domain/auth/index.ts'
import {
  type Actor,
  ConfirmedFactor,
  newId,
  StaffProof,
  type StaffRole,
  secondsAfter,
} from '../src/domain/kernel/index.ts'
import { admin, confirmed, system, type TestLaku } from './laku.ts'

type Member = Extract<Actor, { kind: 'staff' }>

/**
 * Somebody of the staff who acts, without a row of theirs; called by their role. Where they are a second
 * person, they have confirmed it by their factor.
 */
export function staff(role: StaffRole, reason?: string): Member {
  const who = { kind: 'staff', id: newId(), name: role, role, factor: confirmed } as const
  return { ...who, ...(reason === undefined ? {} : { reason }) }
}

const OLD_S = 2 * 86_400

/**
 * Somebody of the staff as the database's owner could let them in, whose connection alone can, days ago;
 * their token, and the secret of their second factor, which is old enough to count.
 */
export async function enrol(
  laku: Pick<TestLaku, 'ownerUrl' | 'clock' | 'vault'>,
  role: StaffRole,
  name = `${role}-${newId()}`,
  { id = newId(), days = 365 } = {},
): Promise<{ id: string; token: string; secret: string }> {
  const { id: tokenId, token, hash } = newStaffToken()
  const owner = new pg.Client({ connectionString: laku.ownerUrl })
  await owner.connect()
  try {
    const now = laku.clock.now()
    const before = secondsAfter(now, -OLD_S)
    await owner.query(
      'insert into staff (id, name, role, created_at, role_since) values ($1, $2, $3, $4, $4)',
      [...[id, name, role], before],
    )
    const secret = await giveFactor(owner, laku, id)
    await owner.query(
      'insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)',
      [tokenId, id, hash, now, secondsAfter(now, days * 86_400)],
    )
    return { id, token, secret }
  } finally {
    await owner.end()
  }
}

/** A second factor that somebody enrolled days ago, as the owner could write it; returns its secret. */
async function giveFactor(
  owner: pg.Client,
  { clock, vault }: Pick<TestLaku, 'clock' | 'vault'>,
  staffId: string,
) {
  const { secret } = newFactorSecret('test')
  await owner.query(
    'insert into staff_factors (id, staff_id, secret_sealed, created_at, confirmed_at) values ($1, $2, $3, $4, $4)',
    [newId(), staffId, vault.seal(FACTOR_PURPOSE, secret), secondsAfter(clock.now(), -OLD_S)],
  )
  return secret
}

/**
 * As if somebody whom an administrator let in now had been there for days, and had enrolled a factor; returns
 * its secret.
 */
export async function makeOld(
  laku: Pick<TestLaku, 'ownerUrl' | 'clock' | 'vault'>,
  staffId: string,
): Promise<string> {
  const owner = new pg.Client({ connectionString: laku.ownerUrl })
  await owner.connect()
  try {
    const before = secondsAfter(laku.clock.now(), -OLD_S)
    await owner.query('update staff set role_since = $1 where id = $2', [before, staffId])
    return await giveFactor(owner, laku, staffId)
  } finally {
    await owner.end()
  }
}

const STEP_MS = 30_000

/**
 * Waits for the next step of codes where this one is nearly over: a code of the step before is then on its
 * way for too long.
 */
export async function clearOfStep(): Promise<void> {
  const left = STEP_MS - (Date.now() % STEP_MS)
  if (left < 3_000) await sleep(left)
}

/** The code that a telephone shows now, or so many steps of 30 s from now. */
export const codeNow = (secret: string, steps = 0) => factorCodeAt(secret, Date.now() + steps * STEP_MS)

/**
 * Lets the administrator of tests in, so that they act by a token from now on: what writes staff asks for it.
 */
export async function enrolAdmin(laku: TestLaku): Promise<void> {
  const { id, name } = admin as Member
  const { token } = await enrol(laku, 'admin', name, { id })
  Object.assign(admin, { proof: new StaffProof(token) })
}

/** Who acts by this token, and confirms what takes a second person. */
export async function holderOf(laku: TestLaku, token: string): Promise<Member> {
  const member = await laku.system((work) => staffByToken(work.tx, token, work.now))
  if (!member) throw new Error('a new token is not good')
  return { ...member, reason: 'a test', factor: new ConfirmedFactor(member.id, null) }
}

/**
 * Lets somebody in, by the database's owner or by an administrator, days ago, and returns them as they act
 * and confirm by their own.
 */
export async function hire(laku: TestLaku, role: StaffRole, by: Actor = system): Promise<Member> {
  if (by === system) return await holderOf(laku, (await enrol(laku, role)).token)
  const token = await laku.as(by, async (work) => {
    const { id: staffId } = await createStaff(work, { name: `${role}-${newId()}`, role })
    return (await issueStaffToken(work, { staffId, days: 366 })).token
  })
  await makeOld(laku, (await holderOf(laku, token)).id)
  return await holderOf(laku, token)
}

/**
 * An administrator and two others whom they let in: what takes two people takes these two, and neither of
 * them with the administrator.
 */
export async function oneAdministratorAndTwo(laku: TestLaku, role: StaffRole = 'finance') {
  const boss = await hire(laku, 'admin')
  const [first, second] = [await hire(laku, role, boss), await hire(laku, role, boss)]
  return { boss, first, second }
}
