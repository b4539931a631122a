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
import { hashOfToken } from '../src/domain/auth/staff/tokens.ts'
import {
  type Actor,
  ConfirmedFactor,
  newId,
  StaffProof,
  type StaffRole,
  secondsAfter,
} from '../src/domain/kernel/index.ts'
import { testAdmin } from './global-setup.ts'
import { admin, someone, system, type TestLaku } from './laku.ts'

type Member = Extract<Actor, { kind: 'staff' }>

/**
 * Returns a staff member as an actor, named by their role and without a row in the database. As a second
 * person, they have confirmed with a second factor.
 */
export function staff(role: StaffRole, reason?: string): Member {
  return someone({ name: role, role, ...(reason === undefined ? {} : { reason }) })
}

const OLD_S = 2 * 86_400

/**
 * Adds a staff member several days ago, over the connection of the database's owner. Returns their token and
 * the secret of their second factor, which is old enough to count.
 */
export async function enrol(
  laku: Pick<TestLaku, 'ownerUrl' | 'clock' | 'vault'>,
  role: StaffRole,
  name = `${role}-${newId()}`,
  { id = newId(), days = 365, token = newStaffToken().token } = {},
): Promise<{ id: string; token: string; secret: string }> {
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
      [newId(), id, hashOfToken(token), now, secondsAfter(now, days * 86_400)],
    )
    return { id, token, secret }
  } finally {
    await owner.end()
  }
}

/** Adds a second factor that was enrolled days ago, as the database's owner. Returns its secret. */
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

/** Makes a newly added staff member look days old and gives them a second factor. Returns its secret. */
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
 * Waits for the next 30 s step of codes if the present step is nearly over. Otherwise a code could be too old
 * when it arrives.
 */
export async function clearOfStep(): Promise<void> {
  const left = STEP_MS - (Date.now() % STEP_MS)
  if (left < 3_000) await sleep(left)
}

/** Returns the code that the app shows now, or this many steps of 30 s later. */
export const codeNow = (secret: string, steps = 0) => factorCodeAt(secret, Date.now() + steps * STEP_MS)

/**
 * Adds the tests' administrator to the database, so that they act by a token from now on. Changes of staff
 * need a token.
 */
export async function enrolAdmin(laku: TestLaku): Promise<void> {
  const { id, name, token } = testAdmin
  await enrol(laku, 'admin', name, { id, token })
  Object.assign(admin, { proof: new StaffProof(token) })
}

/** Returns the holder of this token as an actor who confirms steps that need a second person. */
export async function holderOf(laku: TestLaku, token: string): Promise<Member> {
  const member = await laku.system((work) => staffByToken(work.tx, token, work.now))
  if (!member) throw new Error('a new token is not good')
  return { ...member, reason: 'a test', factor: new ConfirmedFactor(member.id, null) }
}

/**
 * Adds a staff member several days ago, by the database's owner or by an administrator. Returns them as an
 * actor with their own token and factor.
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
 * Adds an administrator and two others whom the administrator let in. Steps for two people need these two;
 * neither of them counts together with the administrator.
 */
export async function oneAdministratorAndTwo(laku: TestLaku, role: StaffRole = 'finance') {
  const boss = await hire(laku, 'admin')
  const [first, second] = [await hire(laku, role, boss), await hire(laku, role, boss)]
  return { boss, first, second }
}
