import { z } from 'zod'
import { defineChange, defineList } from '../../cli/define/command.ts'
import { parseDurationS } from '../../cli/output/times.ts'

const roles = ['support', 'warehouse', 'finance', 'agent', 'service', 'admin'] as const

/**
 * The names by which the audit log calls the owner, laku itself and the kinds of actors, and the names of the
 * roles.
 */
const taken: ReadonlySet<string> = new Set([
  ...['owner', 'system', 'laku', 'administrator', 'staff', 'customer', 'provider'],
  ...roles,
])

export const staffName = z
  .string()
  .regex(/^\w[\w.-]{1,59}$/, 'it takes letters, digits, dots and dashes, 2 to 60, a letter or digit first')
  .refine(
    (name) => !/^(urn)?(uuid)?[0-9a-f]{32}$/i.test(name.replaceAll(/[._-]/g, '')),
    'it looks like an id: give a name',
  )
  .refine(
    (name) => !taken.has(name.toLowerCase().replaceAll(/[._-]/g, '')),
    'a role or the audit log has this name already: give the name of the person',
  )

const DAYS = 'it takes a number of days, 1 to 366'
const tokenDays = z
  .string()
  .regex(/^\d{1,4}$/, DAYS)
  .transform(Number)
  .pipe(z.int().min(1, DAYS).max(366, DAYS))
  .optional()

const member = { name: 'staff', description: 'the name or UUID of a member of staff' }

export const list = defineList({
  name: 'list',
  description: 'List the members of staff by name, and how many valid tokens each has.',
  input: z.object({}),
  empty: 'No staff yet. Add somebody with laku auth staff add.',
  cursor: z.string(),
  run: async (context, _input, page) => {
    const { listStaff } = await import('../../domain/auth/staff/list.ts')
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
    'Add a member of staff and print their token, which is shown only once. You and they cannot approve for each other.',
  args: [{ name: 'name', description: 'their name, as the audit log shows it' }],
  options: [
    { flags: '--role <role>', description: 'their role, which decides what they may do', choices: roles },
    {
      flags: '--days <days>',
      description: 'the number of days for which the token is valid (90; without end for a service)',
    },
  ],
  input: z.object({
    name: staffName,
    role: z.enum(roles),
    days: tokenDays,
  }),
  examples: ['laku auth staff add budi --role finance --days 30', 'laku auth staff add cron --role service'],
  change: async (work, { name, role, days: given }) => {
    const days = given ?? (role === 'service' ? null : 90)
    const { createStaff } = await import('../../domain/auth/staff/create.ts')
    const { issueStaffToken } = await import('../../domain/auth/staff/tokens.ts')
    const staff = await createStaff(work, { name, role })
    const { token, expiresAt } = await issueStaffToken(work, { staffId: staff.id, days })
    return { ...staff, token, expiresAt }
  },
  done: ({ name, role, token, expiresAt }) =>
    `${name} acts as ${role} ${until(expiresAt)} with this token, shown this once:\n${token}`,
})

const until = (expiresAt: Date | null) => (expiresAt ? `until ${expiresAt.toISOString()}` : 'without end')

export const renew = defineChange({
  name: 'renew',
  description:
    'Give a member of staff a new token, which is shown only once. Their old tokens end at once, or after a week for a service. All of finance is told.',
  args: [member],
  options: [
    {
      flags: '--days <days>',
      description: 'the number of days for which it is valid (90; without end for a service)',
    },
    {
      flags: '--overlap <duration>',
      description: 'how long the old tokens stay valid, like 7d; at most 30d (0; 7d for a service)',
    },
  ],
  input: z.object({
    staff: z.string(),
    days: tokenDays,
    overlap: z
      .string()
      .transform((text, ctx) => {
        const seconds = text === '0' ? 0 : parseDurationS(text)
        if (seconds !== undefined && seconds <= 30 * 86_400) return seconds
        ctx.addIssue({ code: 'custom', message: 'it takes a duration like 7d, 30d at most, or 0' })
        return z.NEVER
      })
      .optional(),
  }),
  examples: [
    'laku auth staff renew budi --reason "lost the laptop"',
    'laku auth staff renew settle-timer --overlap 3d',
  ],
  change: async (work, { staff, days, overlap }) => {
    const { renewToken } = await import('../../domain/auth/staff/renew-token.ts')
    return await renewToken(work, { staff, days, overlapS: overlap })
  },
  done: ({ name, token, expiresAt, overlapS }) =>
    `${name} acts ${until(expiresAt)} with this token, shown this once:\n${token}\nThose before end ${overlapS === 0 ? 'now' : `in ${Math.round(overlapS / 3600)} hours`}.`,
})

export const rename = defineChange({
  name: 'rename',
  description: 'Rename a member of staff. The old name is not given to anybody else.',
  args: [member, { name: 'name', description: 'their new name, as the audit log shows it from now on' }],
  input: z.object({ staff: z.string(), name: staffName }),
  examples: ['laku auth staff rename budi budi.santoso --reason "there are two"'],
  change: async (work, input) => {
    const { renameStaff } = await import('../../domain/auth/staff/change-staff.ts')
    return await renameStaff(work, input)
  },
  done: ({ name }) => `The name is now ${name}.`,
})

export const role = defineChange({
  name: 'role',
  description:
    'Give a member of staff another role now. They can approve for others one day later. All of finance is told.',
  args: [member, { name: 'role', description: `the new role: ${roles.join(', ')}` }],
  input: z.object({ staff: z.string(), role: z.enum(roles) }),
  examples: ['laku auth staff role budi finance --reason "moved to finance"'],
  needsReason: true,
  change: async (work, input) => {
    const { changeRole } = await import('../../domain/auth/staff/change-staff.ts')
    return await changeRole(work, input)
  },
  done: (changed) => `${changed.name} now has the role ${changed.role}.`,
})

export const revoke = defineChange({
  name: 'revoke',
  description:
    'Suspend a member of staff: all their tokens end, and they get no new ones until laku auth staff activate. All of finance is told.',
  args: [member],
  options: [{ flags: '--tokens-only', description: 'end the tokens only; the person can get new ones' }],
  input: z.object({ staff: z.string(), tokensOnly: z.boolean().default(false) }),
  examples: ['laku auth staff revoke budi --reason "left the company"'],
  needsReason: true,
  change: async (work, { staff, tokensOnly }) => {
    const { revokeStaff } = await import('../../domain/auth/staff/revoke.ts')
    return await revokeStaff(work, { staff, suspend: !tokensOnly })
  },
  done: ({ name, status, tokens }) => `${name} is ${status}; ${tokens} tokens ended.`,
})

export const activate = defineChange({
  name: 'activate',
  description:
    'Let a suspended member of staff come back. They need a new token and a new second factor, and can approve for others a day later. All of finance is told.',
  args: [member],
  input: z.object({ staff: z.string() }),
  examples: ['laku auth staff activate budi --reason "is back from leave"'],
  needsReason: true,
  change: async (work, input) => {
    const { activateStaff } = await import('../../domain/auth/staff/activate.ts')
    return await activateStaff(work, input)
  },
  done: ({ name, role }) =>
    `${name} is active again as ${role}, without a token: laku auth staff renew ${name}`,
})
