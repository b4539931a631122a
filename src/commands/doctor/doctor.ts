import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { exitCodes } from '../../cli/errors/cli-error.ts'

export const doctor = defineTask({
  name: 'doctor',
  exits: [8],
  description:
    'Find what is wrong, how bad it is, and the command that fixes it; also show what laku assumes about the account at the payment provider. Exits with 8 if something is wrong, 2 if the configuration cannot be used, 6 if the database cannot be used.',
  input: z.object({}),
  examples: ['laku doctor', 'laku doctor --json'],
  // `laku doctor` asks for no identity: it changes nothing and prints no personal data of customers. Three
  // faults end the command before its first check: a wrong configuration, an unreachable database, or a
  // database without the newest migrations. Each has its own message and exit code.
  run: async (context) => {
    const { doctorChecks } = await import('./checks.ts')
    const { accountProfile, profileLines } = await import('./account-profile.ts')
    const laku = await context.laku()
    const { progress, output } = context
    progress.start('checks', doctorChecks.length)
    const checks = []
    for (const { name, examine } of doctorChecks) {
      const findings = await examine(laku)
      checks.push({ name, ok: findings.length === 0, findings })
      progress.step(`${findings.length === 0 ? '✓' : '✗'} ${name}`)
    }
    progress.end()
    const account = await accountProfile(laku)
    const wrong = checks.flatMap(({ name, findings }) => findings.map((finding) => ({ name, ...finding })))
    const lines = wrong.map(({ severity, name, message, command }) => {
      const style = severity === 'critical' ? output.style.red : output.style.yellow
      return `${style(severity)} ${name}: ${message}\n  fix it with: ${command}`
    })
    const verdict = lines.length > 0 ? lines.join('\n') : `${checks.length} checks, nothing is wrong.`
    return {
      json: { ok: wrong.length === 0, checks, account },
      text: `${verdict}\n\n${profileLines(account).join('\n')}`,
      exitCode: wrong.length > 0 ? exitCodes.found : exitCodes.done,
    }
  },
})
