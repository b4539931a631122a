import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { CliError, exitCodes } from '../../cli/errors/cli-error.ts'
import { withoutSettings } from '../../runtime/config/without-settings.ts'
import { databaseUrlsOfOwner, splitPassword } from '../../runtime/connect.ts'
import { systemCode } from '../../runtime/data-folder.ts'

export const psql = defineTask({
  name: 'psql',
  description:
    'Open psql on the database, with the read-only role of DATABASE_SHELL_URL, or with the role of the application if that is not set.',
  args: [
    { name: 'arguments', description: 'the arguments of psql, after --', optional: true, variadic: true },
  ],
  options: [{ flags: '--owner', description: 'use the role of the owner, who may change the schema' }],
  input: z.object({ arguments: z.array(z.string()).default([]), owner: z.boolean().default(false) }),
  examples: ['laku db psql', 'laku db psql -- -c "select count(*) from orders"'],
  run: async (context, input) => {
    const config = context.ownerConfig()
    const urls = await databaseUrlsOfOwner(config)
    const url = input.owner ? urls.owner : (config.databaseShellUrl ?? urls.app)
    process.exitCode = await run(url, input.arguments)
    return undefined
  },
})

/** Writes a file with one password, readable for its owner alone, in the form that PGPASSFILE takes. */
function passFile(password: string): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'laku-psql-'))
  const path = join(folder, 'pgpass')
  writeFileSync(path, `*:*:*:*:${password.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 })
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * The signals that end laku while psql runs. psql gets them too, so that laku can delete the password file.
 */
const endings = ['SIGHUP', 'SIGTERM'] as const

/** Runs psql and returns its exit code when psql ends. While psql runs, psql alone handles Ctrl-C. */
function run(url: string, more: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const ignore = () => {}
    const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
    // These handlers are set before the password file is written. Without them a signal would end this
    // process and leave the file behind.
    process.on('SIGINT', ignore)
    for (const signal of endings) process.on(signal, passOn)
    const { address, password } = splitPassword(url)
    const file = password === undefined ? undefined : passFile(password)
    // psql gets an environment without laku's settings: a shell opened from psql (\!) must not have the keys
    // of this process.
    const env = { ...withoutSettings(process.env), ...(file && { PGPASSFILE: file.path }) }
    const child = spawn('psql', [address, ...more], { stdio: 'inherit', env })
    const done = () => {
      file?.remove()
      process.off('SIGINT', ignore)
      for (const signal of endings) process.off(signal, passOn)
    }
    child.on('error', (error) => {
      done()
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
      done()
      resolve(code ?? exitCodes.failed)
    })
  })
}
