import { firstStates, type Machine } from './machines.ts'

const fileOf = ({ name }: Machine) => `${name.replaceAll(' ', '-')}.md`

/**
 * Returns the pages of docs/states/, by file name: one page for each state machine, made from its table, and
 * a list of all machines.
 */
export function statesPages(machines: readonly Machine[]): Map<string, string> {
  const pages = new Map(machines.map((machine) => [fileOf(machine), page(machine)]))
  const rows = machines.map(
    (machine) =>
      `| [${machine.name}](${fileOf(machine)}) | ${machine.domain} | ${Object.keys(machine.table).length} |`,
  )
  pages.set(
    'README.md',
    `# State machines

Made from each domain's \`transitions.ts\` by \`npm run generate\`; CI fails when they drift. An illegal move is
\`kernel.illegal_transition\`, a conflict that names the legal ones; in SQL a change of state is a compare-and-set on the same table.

| machine | domain | states |
| --- | --- | --- |
${rows.join('\n')}
`,
  )
  return pages
}

function page(machine: Machine): string {
  const { name, domain, file, note, table } = machine
  const moves = Object.entries(table).flatMap(([from, to]) => to.map((state) => `  ${from} --> ${state}`))
  const first = firstStates(machine).map((state) => `  [*] --> ${state}`)
  const last = Object.keys(table)
    .filter((state) => table[state]?.length === 0)
    .map((state) => `  ${state} --> [*]`)
  const rows = Object.entries(table).map(
    ([from, to]) => `| \`${from}\` | ${to.map((state) => `\`${state}\``).join(', ') || 'final'} |`,
  )
  return `# ${name[0]?.toUpperCase()}${name.slice(1)}

Of the ${domain} domain, made from [\`${file}\`](../../${file}).${note ? ` ${note}` : ''}

\`\`\`mermaid
stateDiagram-v2
${[...first, ...moves, ...last].join('\n')}
\`\`\`

| from | to |
| --- | --- |
${rows.join('\n')}
`
}
