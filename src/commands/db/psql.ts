import { spawn } from 'node:child_process'
import { z } from 'zod'
import { databaseUrls } from '../../runtime/connect.ts'
import { systemCode } from '../../runtime/data-folder.ts'
import { CliError, exitCodes } from '../cli-error.ts'
import { defineTask } from '../define-command.ts'

export const psql = defineTask({
  name: 'psql',
  description: 'Open psql on the database, as the application or as the owner.',
  args: [{ name: 'arguments', description: "psql's own, after --", optional: true, variadic: true }],
  options: [{ flags: '--owner', description: 'as the owner, who may change the schema' }],
  input: z.object({ arguments: z.array(z.string()).default([]), owner: z.boolean().default(false) }),
  examples: ['laku db psql', 'laku db psql -- -c "select count(*) from orders"'],
  run: async (context, input) => {
    const urls = await databaseUrls(context.config())
    process.exitCode = await run(input.owner ? urls.owner : urls.app, input.arguments)
    return undefined
  },
})

/** psql's exit code, when it ends. Ctrl-C is psql's own while it runs. */
function run(url: string, more: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const ignore = () => {}
    process.on('SIGINT', ignore)
    const child = spawn('psql', [url, ...more], { stdio: 'inherit' })
    child.on('error', (error) => {
      const missing = systemCode(error) === 'ENOENT'
      const remedy = missing
        ? 'psql is not installed: install postgresql-client'
        : `psql does not run (${error.message})`
      reject(
        new CliError(
          exitCodes.usage,
          'no_psql',
          `${remedy}, or use any client with the address of laku db url`,
        ),
      )
    })
    child.on('exit', (code) => {
      process.off('SIGINT', ignore)
      resolve(code ?? exitCodes.failed)
    })
  })
}
