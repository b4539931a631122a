import { z } from 'zod'
import { localAdministrator } from '../actor.ts'
import { defineTask } from '../define-command.ts'

export const migrate = defineTask({
  name: 'migrate',
  description: 'Bring the database to the newest schema. Safe to run at any time, by several at once.',
  options: [{ flags: '--dry-run', description: 'only say which migrations are missing' }],
  input: z.object({ dryRun: z.boolean().default(false) }),
  run: async (context, { dryRun }) => {
    const { installDatabase } = await import('./install.ts')
    const config = context.config()
    const { urls, applied, pending } = await installDatabase(config, { dryRun })
    // Whoever owns the embedded database's folder may do everything with it already.
    if (urls.embedded && !dryRun) await localAdministrator(await context.laku())
    return { json: { applied, pending }, text: sentence(applied, pending) }
  },
})

function sentence(applied: string[], pending: string[]): string {
  if (pending.length > 0) return `Missing: ${pending.join(', ')}. Run laku db migrate.`
  return applied.length > 0 ? `Applied: ${applied.join(', ')}.` : 'The database is up to date.'
}
