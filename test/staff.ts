import { createStaff, issueStaffToken, staffByToken } from '../src/domain/auth/index.ts'
import { type Actor, newId, type StaffRole } from '../src/domain/kernel/index.ts'
import { system, type TestLaku } from './laku.ts'

type Member = Extract<Actor, { kind: 'staff' }>

/** Somebody of the staff who acts, without a row of theirs; called by their role. */
export function staff(role: StaffRole, reason?: string): Member {
  return { kind: 'staff', id: newId(), name: role, role, ...(reason === undefined ? {} : { reason }) }
}

/** Lets somebody in, by the database's owner or by an administrator, and returns them as they act by their token. */
export async function hire(laku: TestLaku, role: StaffRole, by: Actor = system): Promise<Member> {
  const token = await laku.as(by, async (work) => {
    const { id: staffId } = await createStaff(work, { name: `${role}-${newId()}`, role })
    return (await issueStaffToken(work, { staffId, days: 1 })).token
  })
  const member = await laku.system((work) => staffByToken(work.tx, token, work.now))
  if (!member) throw new Error('a new token is not good')
  return { ...member, reason: 'a test' }
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
