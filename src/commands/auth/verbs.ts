import type { VerbGroup } from '../root.ts'
import { authLogin } from './login.ts'
import { logout } from './logout.ts'
import { revokeSessions } from './revoke-sessions.ts'
import { add, list, revoke } from './staff.ts'
import { whoami } from './whoami.ts'

const staff: VerbGroup = {
  name: 'staff',
  description: 'who may act, and as what',
  verbs: [list, add, revoke],
}

export const verbs = [authLogin, logout, whoami, staff, revokeSessions]
