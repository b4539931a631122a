import './events.ts'

export { userErrors } from './errors.ts'
export { normalizePhone } from './phone.ts'
export {
  getMe,
  type Locale,
  requireUser,
  type User,
  type UserStatus,
  type UserView,
  userById,
  userByPhone,
  usersById,
  userView,
} from './read-users.ts'
export { lockUser, registerUser } from './register-user.ts'
export { type UpdateMe, updateMe } from './update-me.ts'
