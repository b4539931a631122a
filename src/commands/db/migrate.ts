import { z } from 'zod'
import { localAdministrator } from '../../cli/define/actor.ts'
import { defineTask } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { CliError, exitCodes, unanswered, usageError } from '../../cli/errors/cli-error.ts'
import type { OwnerConfig } from '../../runtime/config.ts'
import type { DatabaseUrls } from '../../runtime/connect.ts'
import type { Environment } from '../../runtime/environment/read-environment.ts'
import { staffName } from '../auth/staff.ts'
import { isFolderNamed } from './embedded-only.ts'
import type { Installed } from './install.ts'

const environments = ['development', 'production'] as const

export const migrate = defineTask({
  name: 'migrate',
  description:
    'Update the database to the newest schema, as its owner. Safe to run at any time, also several times at once.',
  options: [
    { flags: '--dry-run', description: 'only list the missing migrations' },
    {
      flags: '--environment <environment>',
      description:
        'what this database is for; it cannot be changed later, and the command asks for it if the database is empty',
      choices: environments,
    },
    {
      flags: '--admin <name>',
      description: 'add an administrator with this name, and print their token once',
    },
  ],
  exits: [5],
  input: z.object({
    dryRun: z.boolean().default(false),
    environment: z.enum(environments).optional(),
    admin: staffName.optional(),
  }),
  examples: ['laku db migrate', 'laku db migrate --environment production --admin sari'],
  run: async (context, { dryRun, environment, admin }) => {
    const { installDatabase } = await import('./install.ts')
    const config = ownerConfig(context, environment)
    const ask = async () => ownerConfig(context, await askEnvironment(context))
    const installed = await installDatabase(config, {
      ...{ dryRun, environment, ask },
      mayMake: isFolderNamed(context, config) && !dryRun,
    })
    const { urls, applied, pending } = installed
    // The owner of the embedded database's folder can already do everything with that database, so they
    // become its administrator.
    if (urls.embedded && !dryRun) await localAdministrator(await context.laku())
    const token = admin && !dryRun ? await letInBy(urls, admin) : undefined
    const added = token && `${admin} acts as admin with this token, shown this once:\n${token}`
    return {
      json: {
        applied,
        pending,
        environment: installed.environment ?? 'production',
        ...(token && { admin: { name: admin, token } }),
      },
      text: [sentence(applied, pending), ...notes(installed), added].filter(Boolean).join('\n'),
    }
  },
})

/**
 * Adds an administrator, through the connection of the database's owner. Throws a CliError with exit code 5
 * if the name is taken.
 */
async function letInBy({ owner }: DatabaseUrls, name: string): Promise<string> {
  const { letIn } = await import('../../runtime/environment/let-in.ts')
  const token = await letIn(owner, name)
  if (token) return token
  throw new CliError(
    exitCodes.conflict,
    'staff_name_taken',
    `a member of staff is already called ${name}, so no token was made. Add the administrator under a new name; the schema is up to date.`,
  )
}

/**
 * Returns the owner's configuration with the environment (production or development) that the owner names for
 * the database. Throws a usage error if LAKU_ENV names another environment.
 */
function ownerConfig(context: CommandContext, environment: Environment | undefined): OwnerConfig {
  const { LAKU_ENV } = process.env
  if (environment && LAKU_ENV && LAKU_ENV !== environment) {
    throw usageError(
      `LAKU_ENV is ${LAKU_ENV}, but the database is for ${environment}. Both must be the same.`,
    )
  }
  return context.ownerConfig({ env: environment })
}

async function askEnvironment(context: CommandContext): Promise<Environment> {
  const question = 'Is this empty database for production or for development?'
  if (!context.prompts) throw unanswered(question, '--environment production, or development')
  const answer = await context.prompts.choose(question, environments)
  return answer === 'production' ? 'production' : 'development'
}

function sentence(applied: string[], pending: string[]): string {
  if (pending.length > 0) return `Missing: ${pending.join(', ')}. Run laku db migrate.`
  return applied.length > 0 ? `Applied: ${applied.join(', ')}.` : 'The database is up to date.'
}

function notes({ environment, hasKeys, pending }: Installed): string[] {
  if (pending.length > 0) return []
  return [
    ...(environment
      ? []
      : ['Its environment is not set, so it counts as production. Set it with --environment.']),
    ...(hasKeys
      ? []
      : [
          'The database has no keys yet, so no process can open it: run laku db keys admit with LAKU_ENCRYPTION_KEY.',
        ]),
  ]
}
