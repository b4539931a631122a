// Fails on a forbidden import: up a floor, between two fronts, past a domain's index.ts, or in a cycle. Also
// fails on a statement that uses a table of another room without permission.
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
