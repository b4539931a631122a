import type { Leaf } from '../src/commands/tree.ts'

const intro = `# The laku command

Made from the commands by \`npm run generate\`. \`laku <noun> --help\` lists the verbs of a noun, \`laku <noun> <verb> --help\` shows the arguments and options of a verb.

## Everywhere

| flag | what it does |
| --- | --- |
| \`--json\` | print one JSON value on stdout and nothing else, also for empty results and errors (\`{"error":{"code","message","details"}}\`) |
| \`--yes\` | never ask; a question that no flag answers ends with exit code 2 and names the flag |
| \`--quiet\` | print no notes and no progress on stderr |
| \`--server <url>\` | use the shop with this staff server (\`LAKU_SERVER\`, with \`LAKU_TOKEN\`) |
| \`--context <name>\` | use the shop that you logged in to under this name |
| \`--wait <duration>\` | how long to wait for a server that does not answer, or is older than your laku (it may be in an upgrade), like \`30m\`; after that the command exits with 6 |
| \`--idempotency-key <key>\` | do it only once under this key; with the same key again, the first result is shown |
| \`--data-dir <folder>\` | the folder of the embedded database, or of a running \`laku up\` (\`LAKU_DATA_DIR\`) |
| \`--database-url <url>\` | only for the owner of the machine: open this PostgreSQL database (\`DATABASE_URL\`) |
| \`--no-color\` | print without colour (\`NO_COLOR\`); without a terminal there is never colour |
| \`--debug\` | show the stack of an unexpected error |

The shop is the first of these that is given: \`--server\`, \`--context\`, \`LAKU_SERVER\`, the shop chosen by \`laku login\` or \`laku context use\`, a \`laku up\` that runs in this folder. If it is not clear which
one is meant, the command ends with exit code 2. A command that changes something names its shop on stderr. \`up\`, \`demo\`, \`serve\`, \`worker\`, \`db\`, \`doctor\` and \`providers\` are for the owner of the machine and open the database directly.

If you close the terminal, a read ends in the server, and a change goes on: \`laku commands list\` shows its id, and \`laku commands attach\` its outcome.

Times are written as ISO 8601, \`-2h\` or \`yesterday\`; things are named by their UUID or code. Tables for people show amounts as \`Rp 1.250.000\` and times in
Asia/Jakarta; JSON has whole rupiah and ISO 8601.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | the command succeeded; an empty list is a success |
| 1 | the command failed: a provider refused it, or laku itself has an error |
| 2 | the usage, the input or the configuration is wrong, or a question was not answered (also with Ctrl-C) |
| 3 | the thing that you named was not found |
| 4 | you are not logged in, or you are not allowed to do this |
| 5 | the current state does not allow this |
| 6 | a provider, the server or the database cannot be reached, or a limit of requests is reached; try again later |
| 7 | only a part was done: some rows of a batch failed |
| 8 | a check found a problem |
`

/** Returns docs/cli.md: the reference of every command that is not hidden. */
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
