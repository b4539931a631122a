// Fails when an import goes up a floor, sideways between fronts, past a domain's door, or in a ring; and when
// a statement uses a table of another room that it may not use.
import { floorViolations, readGraph, readImports } from './floors.ts'
import { tableViolations } from './table-owners.ts'

const root = process.cwd()
const graph = readGraph(root)
const imports = readImports(root)
const violations = floorViolations(graph, imports)
for (const { rule, from, to } of violations) console.error(`${rule}: ${from} imports ${to}`)
const uses = tableViolations(root, graph)
for (const { file, line, kind, table, owner, room } of uses)
  console.error(`${file}:${line}: ${room} may not ${kind} ${table}, a table of ${owner} (docs/adr/0113)`)
if (violations.length > 0 || uses.length > 0) process.exit(1)
console.log(
  `floors: ${imports.length} imports, every one goes down; no room uses a table that it may not use`,
)
