import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFunctions } from './database-functions.ts'
import { type Graph, readDatabaseFunctions, readGraph } from './floors.ts'

/**
 * Returns docs/floors.md: which domain may call which, from graph.json, the highest domain first; then the
 * functions of the database with their rooms.
 */
export function floorsPage(root: string): string {
  const graph = readGraph(root)
  const floors = [...Map.groupBy(Object.keys(graph), (domain) => heightOf(graph, domain))].sort(
    ([a], [b]) => b - a,
  )
  const rows = floors.flatMap(([height, domains]) =>
    domains.map((domain) => `| ${height} | ${domain} | ${graph[domain]?.join(', ') || '-'} |`),
  )
  const arrows = Object.entries(graph).flatMap(([domain, below]) =>
    below.map((otherDomain) => `  ${domain} --> ${otherDomain}`),
  )
  return `# Floors

Calls go down, events go up: a domain imports only domains below it, through their \`index.ts\`. Made from
[\`src/domain/graph.json\`](../src/domain/graph.json) by \`npm run generate\`; \`npm run lint\` refuses any other import.
Everybody may import \`kernel\` and \`ops\`; \`composition\` stands above all of them.

| floor | domain | may import |
| --- | --- | --- |
${rows.join('\n')}

\`\`\`mermaid
flowchart TD
${arrows.join('\n')}
\`\`\`

## Functions of the database

Each function of [schema.sql](schema.sql) belongs to one room. It writes and locks only tables of that room, and a trigger runs a
function of its table's room or of a room below (ADR [0138](adr/0138-database-functions-have-rooms.md)). \`npm run lint\` refuses any other use.

| room | function | reads | locks or writes | runs as a trigger of |
| --- | --- | --- | --- | --- |
${functionRows(root).join('\n')}
`
}

function functionRows(root: string): string[] {
  const schema = readFileSync(join(root, 'docs/schema.sql'), 'utf8')
  const functions = databaseFunctions(schema)
  const isTable = (name: string) => schema.includes(`\ncreate table ${name} (`)
  const listed = (names: readonly string[]) => [...new Set(names)].filter(isTable).sort().join(', ') || '-'
  return Object.entries(readDatabaseFunctions(root)).flatMap(([room, names]) =>
    names.toSorted().map((name) => {
      const { uses = [], triggersOf = [] } = functions.find((other) => other.name === name) ?? {}
      const used = (isMeant: (kind: string) => boolean) =>
        listed(uses.filter(({ kind }) => isMeant(kind)).map(({ table }) => table))
      const reads = used((kind) => kind === 'read')
      const changes = used((kind) => kind === 'lock' || kind === 'write')
      return `| ${room} | \`${name}\` | ${reads} | ${changes} | ${listed(triggersOf)} |`
    }),
  )
}

/**
 * Returns the height of a domain: 0 if no domain is below it, otherwise one more than the highest domain
 * below it.
 */
function heightOf(graph: Graph, domain: string): number {
  const below = graph[domain] ?? []
  return below.length === 0 ? 0 : 1 + Math.max(...below.map((domain) => heightOf(graph, domain)))
}
