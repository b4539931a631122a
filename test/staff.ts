import pg from 'pg'
import { createStaff, issueStaffToken, newStaffToken, staffByToken } from '../src/domain/auth/index.ts'
import { type Actor, newId, StaffProof, type StaffRole, secondsAfter } from '../src/domain/kernel/index.ts'
import { admin, system, type TestLaku } from './laku.ts'

type Member = Extract<Actor, { kind: 'staff' }>

/** Somebody of the staff who acts, without a row of theirs; called by their role. */
export function staff(role: StaffRole, reason?: string): Member {
  return { kind: 'staff', id: newId(), name: role, role, ...(reason === undefined ? {} : { reason }) }
}

/** Somebody of the staff as the database's owner could let them in, whose connection alone can; and their token. */
export async function enrol(
  laku: Pick<TestLaku, 'ownerUrl' | 'clock'>,
  role: StaffRole,
  name = `${role}-${newId()}`,
  { id = newId(), days = 365 } = {},
): Promise<{ id: string; token: string }> {
  const { id: tokenId, token, hash } = newStaffToken()
  const owner = new pg.Client({ connectionString: laku.ownerUrl })
  await owner.connect()
  try {
    const now = laku.clock.now()
    await owner.query('insert into staff (id, name, role, created_at) values ($1, $2, $3, $4)', [
      ...[id, name, role],
      now,
    ])
    await owner.query(
      'insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)',
      [tokenId, id, hash, now, secondsAfter(now, days * 86_400)],
    )
  } finally {
    await owner.end()
  }
  return { id, token }
}

/** Lets the administrator of tests in, so that they act by a token from now on: what writes staff asks for it. */
export async function enrolAdmin(laku: TestLaku): Promise<void> {
  const { id, name } = admin as Member
  const { token } = await enrol(laku, 'admin', name, { id })
  Object.assign(admin, { proof: new StaffProof(token) })
}

/** Who acts by this token. */
export async function holderOf(laku: TestLaku, token: string): Promise<Member> {
  const member = await laku.system((work) => staffByToken(work.tx, token, work.now))
  if (!member) throw new Error('a new token is not good')
  return { ...member, reason: 'a test' }
}

/** Lets somebody in, by the database's owner or by an administrator, and returns them as they act by their token. */
export async function hire(laku: TestLaku, role: StaffRole, by: Actor = system): Promise<Member> {
  if (by === system) return await holderOf(laku, (await enrol(laku, role)).token)
  const token = await laku.as(by, async (work) => {
    const { id: staffId } = await createStaff(work, { name: `${role}-${newId()}`, role })
    return (await issueStaffToken(work, { staffId, days: 366 })).token
  })
  return await holderOf(laku, token)
}

/** Two people of one administrator's, and one of another's: what a step of two people takes is the first with the third. */
export async function threeOfTwoHands(laku: TestLaku, role: StaffRole = 'finance') {
  const [boss, other] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
  const [first, sibling, third] = [
    await hire(laku, role, boss),
    await hire(laku, role, boss),
    await hire(laku, role, other),
  ]
  return { boss, first, sibling, third }
}
