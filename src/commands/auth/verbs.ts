import type { VerbGroup } from '../../cli/define/root.ts'
import { factor } from './factor.ts'
import { authLogin } from './login.ts'
import { logout } from './logout.ts'
import { revokeSessions } from './revoke-sessions.ts'
import { activate, add, list, rename, renew, revoke, role } from './staff.ts'
import { whoami } from './whoami.ts'

const staff: VerbGroup = {
  name: 'staff',
  description: 'the members of staff and their roles',
  verbs: [list, add, renew, rename, role, revoke, activate],
}

export const verbs = [authLogin, logout, whoami, staff, factor, revokeSessions]
