import type { Graph } from './floors.ts'

/** Returns docs/floors.md: which domain may call which, from graph.json, the highest domain first. */
export function floorsPage(graph: Graph): string {
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
`
}

/**
 * Returns the height of a domain: 0 if no domain is below it, otherwise one more than the highest domain
 * below it.
 */
function heightOf(graph: Graph, domain: string): number {
  const below = graph[domain] ?? []
  return below.length === 0 ? 0 : 1 + Math.max(...below.map((domain) => heightOf(graph, domain)))
}
