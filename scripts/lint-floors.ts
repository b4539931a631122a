// Fails on a forbidden import: up a floor, between two fronts, past a domain's index.ts, or in a cycle. Also
// fails on a statement, or a function of the database, that uses a table of another room without permission.
import { functionViolations } from './database-functions.ts'
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
const wrongFunctions = functionViolations(root, graph)
for (const wrong of wrongFunctions) console.error(`docs/schema.sql: ${wrong} (docs/adr/0138)`)
if (violations.length + uses.length + wrongFunctions.length > 0) process.exit(1)
console.log(
  `floors: ${imports.length} imports, every one goes down; no room and no function of the database uses a table that it may not use`,
)
