import { z } from 'zod'
import { letIn, localAdministrator } from '../actor.ts'
import { staffName } from '../auth/staff.ts'
import { defineTask } from '../define-command.ts'

export const migrate = defineTask({
  name: 'migrate',
  description: 'Bring the database to the newest schema. Safe to run at any time, by several at once.',
  options: [
    { flags: '--dry-run', description: 'only say which migrations are missing' },
    {
      flags: '--admin <name>',
      description: 'let an administrator of this name in, and print their token, once',
    },
  ],
  input: z.object({ dryRun: z.boolean().default(false), admin: staffName.optional() }),
  examples: ['laku db migrate', 'laku db migrate --admin sari'],
  run: async (context, { dryRun, admin }) => {
    const { installDatabase } = await import('./install.ts')
    const config = context.config()
    const { urls, applied, pending } = await installDatabase(config, { dryRun })
    // Whoever owns the embedded database's folder may do everything with it already.
    if (urls.embedded && !dryRun) await localAdministrator(await context.laku())
    const token = admin && !dryRun ? await letIn(await context.laku(), admin) : undefined
    const added = token && `\n${admin} acts as admin with this token, shown this once:\n${token}`
    return {
      json: { applied, pending, ...(token && { admin: { name: admin, token } }) },
      text: `${sentence(applied, pending)}${added ?? ''}`,
    }
  },
})

function sentence(applied: string[], pending: string[]): string {
  if (pending.length > 0) return `Missing: ${pending.join(', ')}. Run laku db migrate.`
  return applied.length > 0 ? `Applied: ${applied.join(', ')}.` : 'The database is up to date.'
}
