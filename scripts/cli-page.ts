import type { Leaf } from '../src/commands/tree.ts'

const intro = `# The laku command

Made from the commands by \`npm run generate\`. \`laku <noun> --help\` lists the verbs of a noun, \`laku <noun> <verb> --help\` says what one takes.

## Everywhere

| flag | what it does |
| --- | --- |
| \`--json\` | one JSON value on stdout and nothing else, empty results and errors (\`{"error":{"code","message","details"}}\`) included |
| \`--yes\` | never ask: a question that no flag answers ends with exit code 2 and names the flag |
| \`--quiet\` | no notes and no progress on stderr |
| \`--server <url>\` | the shop with this staff server (\`LAKU_SERVER\`, with \`LAKU_TOKEN\`) |
| \`--context <name>\` | the shop that you logged in to under this name |
| \`--wait <duration>\` | wait so long for the server where it is away, like \`30m\`; then it ends with 6 |
| \`--idempotency-key <key>\` | do it once under this key: said again, it tells what came of it |
| \`--data-dir <folder>\` | folder of the embedded database, or of a running \`laku up\` (\`LAKU_DATA_DIR\`) |
| \`--database-url <url>\` | for the owner of the host: open this PostgreSQL (\`DATABASE_URL\`) |
| \`--no-color\` | no colour (\`NO_COLOR\`); off a terminal there is none |
| \`--debug\` | the stack of an unexpected error |

Which shop is meant: \`--server\`, \`--context\`, \`LAKU_SERVER\`, the shop chosen by \`laku login\` or \`laku context use\`, then a \`laku up\` that runs in this folder. Two that could
both be meant are exit code 2. A change names its shop on stderr. \`up\`, \`demo\`, \`serve\`, \`worker\`, \`db\`, \`doctor\` and \`providers\` are the host owner's and open the database themselves.

Times take ISO 8601, \`-2h\`, \`yesterday\`; things are named by UUID or by code. People read amounts as \`Rp 1.250.000\` and times in
Asia/Jakarta; JSON has whole rupiah and ISO 8601.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done; an empty list is done |
| 1 | failed: a provider refused it, or the fault is laku's own |
| 2 | wrong usage, invalid input or configuration, an unanswered prompt (Ctrl-C at one too) |
| 3 | not found |
| 4 | not allowed, or not logged in |
| 5 | conflict: the state does not allow it |
| 6 | a provider or the database is unavailable or limits us |
| 7 | done in part: a batch with failed rows |
| 8 | a check found something |
`

/** The reference of every command that is not hidden. */
export function cliPage(leaves: readonly Leaf[]): string {
  const shown = leaves.filter((leaf) => !leaf.hidden)
  const nouns = Map.groupBy(shown, (leaf) => leaf.path[0] ?? '')
  const sections = [...nouns].map(([noun, all]) => `## ${noun}\n\n${all.map(commandText).join('\n')}`)
  return `${intro}\n${sections.join('\n')}`
}

function commandText({ path, definition }: Leaf): string {
  const { description, args, options, examples, exits } = definition
  const terms = args.map(({ name, optional, variadic }) => {
    const inner = variadic ? `${name}...` : name
    return optional ? `[${inner}]` : `<${inner}>`
  })
  const rows = [
    ...args.map((arg, at) => [terms[at] ?? '', arg.description]),
    ...options.map(({ flags, description: what, choices }) => [
      flags,
      choices ? `${what}: ${choices.join(', ')}` : what,
    ]),
  ]
  const parts = [`### laku ${[...path, ...terms].join(' ')}`, sentence(description)]
  if (rows.length > 0) {
    const cells = rows.map(([term, what]) => `| \`${(term ?? '').replaceAll('|', '\\|')}\` | ${what} |`)
    parts.push(['| | |', '| --- | --- |', ...cells].join('\n'))
  }
  if (examples.length > 0) parts.push(['```sh', ...examples, '```'].join('\n'))
  parts.push(`Exit codes: ${exits.join(', ')}.`)
  return `${parts.join('\n\n')}\n`
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)
