import './events.ts'

export { closingOf, closingsDue, dueClosings, scheduleClosing, startClosing, stopClosing } from './closing.ts'
export { coolOff, withdrawalsFrom } from './cool-off.ts'
export { userErrors } from './errors.ts'
export { listUsers } from './list-users.ts'
export { concernsOf, lockedBuyers } from './locked-buyers.ts'
export { normalizePhone } from './phone.ts'
export {
  getMe,
  isOwnPhone,
  type Locale,
  requireUser,
  type User,
  type UserView,
  userById,
  userByPhone,
  usersById,
  userView,
} from './read-users.ts'
export { lockUser, lockUserWholly, registerUser } from './register-user.ts'
export { confirmableEmail, confirmationMail, confirmEmail } from './set-email.ts'
export { activateUser, suspendUser } from './set-user-status.ts'
export { changeUser, createUser, numberToProve, restoreEmail, restorePhone } from './support-users.ts'
export { type UserStatus, userTransitions } from './transitions.ts'
export { updateMe } from './update-me.ts'
