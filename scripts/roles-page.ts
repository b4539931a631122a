import { staffRoles } from '../src/domain/kernel/actor.ts'
import { commandRoles, type Roles, routeRoles } from '../src/runtime/who-may.ts'

/** Returns docs/roles.md: which staff role may run which command and call which route. */
export function rolesPage(): string {
  const head = `| | ${staffRoles.join(' | ')} |\n| --- |${staffRoles.map(() => ' :-: |').join('')}`
  const row = ([name, roles]: [string, Roles]) =>
    `| \`${name}\` | ${staffRoles.map((role) => (role === 'admin' || (roles as readonly string[]).includes(role) ? '●' : ' ')).join(' | ')} |`
  const table = (rows: ReadonlyMap<string, Roles>) => [head, ...[...rows].sort(byName).map(row)].join('\n')
  return `# Who may what

Made by \`npm run generate\` from [src/runtime/who-may.ts](../src/runtime/who-may.ts), which is asked before any work is done. A test runs each command and calls each route as each role.

An agent sees and works the own office alone: its factories and pickups. The warehouse sees and resolves attention items about goods and parcels alone. Some verbs ask for more where more is at stake: a correction of a wallet and a factory's terms are finance's, the tax number of a verified factory too. What needs two people is told by the command itself.
What is not in the table belongs to the host's owner: processes (\`up\`, \`serve\`, \`worker\`), \`db\`, \`doctor\`, \`demo\`, \`providers check\`, \`providers show\`.
On the host, where they open the database themselves, \`ledger verify\` and \`whatsapp templates\` take no token: cron runs them.

## Commands

${table(commandRoles)}

## Routes

${table(routeRoles)}
`
}

const byName = ([a]: [string, Roles], [b]: [string, Roles]) => (a < b ? -1 : 1)
