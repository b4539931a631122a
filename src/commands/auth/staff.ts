import { z } from 'zod'
import { defineChange, defineList } from '../define-command.ts'

export const staffName = z
  .string()
  .regex(/^[\w.-]{2,60}$/, 'it takes letters, digits, dots and dashes, 2 to 60')

const roles = ['support', 'warehouse', 'finance', 'agent', 'service', 'admin'] as const

export const list = defineList({
  name: 'list',
  description: 'Members of staff, by name, and how many tokens of theirs are good.',
  input: z.object({}),
  empty: 'No staff yet: laku auth staff add makes one.',
  cursor: z.string(),
  run: async (context, _input, page) => {
    const { listStaff } = await import('../../domain/auth/list-staff.ts')
    return await context.read((work) => listStaff(work, page))
  },
  columns: [
    { name: 'name', kind: 'code', value: (row) => row.name },
    { name: 'role', value: (row) => row.role },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'vouched_by', heading: 'let in by', value: (row) => row.vouchedBy },
    { name: 'tokens', kind: 'number', value: (row) => row.tokens },
    { name: 'expires_at', heading: 'last expires', kind: 'time', value: (row) => row.expiresAt },
    { name: 'id', kind: 'code', spare: true, value: (row) => row.id },
  ],
})

export const add = defineChange({
  name: 'add',
  description:
    'Let somebody act: a new member of staff, and their token, which is shown this once. Where two people are needed you and they are one.',
  args: [{ name: 'name', description: 'how they appear in the audit log' }],
  options: [
    { flags: '--role <role>', description: 'what they may', choices: roles },
    { flags: '--days <days>', description: 'how long the token is good (90)' },
  ],
  input: z.object({
    name: staffName,
    role: z.enum(roles),
    days: z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number)
      .pipe(z.int().min(1).max(366))
      .default(90),
  }),
  examples: ['laku auth staff add budi --role finance --days 30'],
  change: async (work, { name, role, days }) => {
    const { createStaff } = await import('../../domain/auth/create-staff.ts')
    const { issueStaffToken } = await import('../../domain/auth/staff-tokens.ts')
    const staff = await createStaff(work, { name, role })
    const { token, expiresAt } = await issueStaffToken(work, { staffId: staff.id, days })
    return { ...staff, token, expiresAt }
  },
  done: ({ name, role, token, expiresAt }) =>
    `${name} acts as ${role} until ${expiresAt.toISOString()} with this token, shown this once:\n${token}`,
})

export const revoke = defineChange({
  name: 'revoke',
  description: 'End every token of a member of staff and let them have no new ones.',
  args: [{ name: 'staff', description: 'name or UUID' }],
  options: [{ flags: '--tokens-only', description: 'they may be given new tokens' }],
  input: z.object({ staff: z.string(), tokensOnly: z.boolean().default(false) }),
  examples: ['laku auth staff revoke budi --reason "left the company"'],
  needsReason: true,
  change: async (work, { staff, tokensOnly }) => {
    const { revokeStaff } = await import('../../domain/auth/revoke-staff.ts')
    return await revokeStaff(work, { staff, suspend: !tokensOnly })
  },
  done: ({ name, status, tokens }) => `${name} is ${status}; ${tokens} tokens ended.`,
})
