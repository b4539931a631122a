import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Graph,
  isBelow,
  readDatabaseFunctions,
  readOpened,
  readOwners,
  readPublished,
  roomOfEach,
} from './floors.ts'
import { namedInSql, type TableUse } from './table-uses.ts'

/** A function of the database, as docs/schema.sql has it. */
export interface DatabaseFunction {
  name: string
  /** The tables and functions that the function's body names. */
  uses: Pick<TableUse, 'table' | 'kind'>[]
  /** The tables whose triggers run the function. */
  triggersOf: string[]
}

/**
 * Functions that the functions of lower rooms may call, each with the reason. A staff change, its token check
 * and its audit entry must be one statement of the database's owner: otherwise laku_app could write one of
 * them without the others.
 */
const CALLED_FROM_BELOW: Readonly<Record<string, string>> = {
  acting_administrator: 'clock_shift checks the token of an administrator',
  acting_staff: 'staff_acts checks the token of a staff member',
  note_and_tell: 'a staff change writes its audit entry and its attention item',
  note_by_staff: 'a staff change, or a shift of the clock, writes its audit entry',
  set_acting: 'staff_acts marks the transaction with the person who acts',
}

/** Tables that one foreign function may read, although their owner does not publish them. */
const READ_BY: Readonly<Record<string, readonly string[]>> = {
  // The trigger refuses an audit entry in the former name of another person.
  audit_names_who_acts: ['staff_names'],
}

/** Returns the functions of the database in the text of docs/schema.sql, with what their bodies use. */
export function databaseFunctions(schema: string): DatabaseFunction[] {
  const found = [
    ...schema.matchAll(/^create or replace function (?:public\.)?(\w+)\([^;]*?\bas (\$\w*\$)/gim),
  ]
  const names = new Set(found.map(([, name]) => name))
  const triggers = [
    ...schema.matchAll(
      /^create (?:constraint )?trigger [^;]*?\bon public\.(\w+)[^;]*?execute function (?:public\.)?(\w+)\(/gim,
    ),
  ]
  return found.map(({ 0: head, 1: name = '', 2: quote = '$$', index }) => {
    const start = index + head.length
    const body = schema.slice(start, schema.indexOf(quote, start))
    const uses = usesOfBody(body).filter(({ kind, table }) => kind !== 'call' || names.has(table))
    const triggersOf = triggers.flatMap(([, table = '', run]) => (run === name ? [table] : []))
    return { name, uses, triggersOf: [...new Set(triggersOf)] }
  })
}

/** Texts are left out, because an error message may have the words of a statement. */
function usesOfBody(body: string): DatabaseFunction['uses'] {
  const code = body.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''")
  const uses = code.split(';').flatMap(namedInSql)
  if (/\bexecute\s+(?!function\b)/i.test(code)) uses.push({ table: '?', kind: 'unseen' })
  return [...new Map(uses.map((use) => [`${use.kind} ${use.table}`, use])).values()]
}

/**
 * Returns what is wrong with the functions and triggers of the database, by the rules of docs/adr/0138. Each
 * function has one room. It writes and locks only tables of that room, reads what lower rooms publish, and
 * calls functions of lower rooms. A trigger runs a function of its table's room, or of a room below.
 */
export function functionViolations(root: string, graph: Graph): string[] {
  const functions = databaseFunctions(readFileSync(join(root, 'docs/schema.sql'), 'utf8'))
  const roomOfTable = roomOfEach(readOwners(root))
  const roomOfFunction = roomOfEach(readDatabaseFunctions(root))
  const readable = new Set([...readPublished(root), ...readOpened(root)])
  const names = new Set(functions.map(({ name }) => name))
  const wrong = [...roomOfFunction.keys()]
    .filter((name) => !names.has(name))
    .map((name) => `graph.json names the function ${name}, which docs/schema.sql does not have`)
  for (const { name, uses, triggersOf } of functions) {
    const room = roomOfFunction.get(name)
    if (room === undefined) {
      wrong.push(`${name} has no room: add it to "functions" or "inside" of its room in graph.json`)
      continue
    }
    const mayUse = (other: string) => other === room || isBelow(other, room, graph)
    for (const { kind, table } of uses) {
      const owner = (kind === 'call' ? roomOfFunction : roomOfTable).get(table)
      if (kind === 'unseen') wrong.push(`${name} of ${room} builds a statement from a text`)
      if (owner === undefined || owner === room) continue
      const isAllowed =
        kind === 'call'
          ? mayUse(owner) || table in CALLED_FROM_BELOW
          : kind === 'read' &&
            ((mayUse(owner) && readable.has(table)) || READ_BY[name]?.includes(table) === true)
      if (!isAllowed) wrong.push(`${name} of ${room} may not ${kind} ${table} of ${owner}`)
    }
    for (const table of triggersOf) {
      const owner = roomOfTable.get(table)
      if (owner !== undefined && owner !== room && !isBelow(room, owner, graph))
        wrong.push(`a trigger of ${table} (${owner}) runs ${name} of ${room}, which is not below`)
    }
  }
  return [...wrong, ...unusedExceptions(functions, roomOfFunction, graph)]
}

/** Exceptions that no function needs. */
function unusedExceptions(
  functions: readonly DatabaseFunction[],
  roomOf: ReadonlyMap<string, string>,
  graph: Graph,
): string[] {
  const isCalledFromBelow = (called: string) =>
    functions.some(({ name, uses }) => {
      const [room, owner] = [roomOf.get(name), roomOf.get(called)]
      const isCalled = uses.some(({ kind, table }) => kind === 'call' && table === called)
      return isCalled && room !== undefined && owner !== undefined && isBelow(room, owner, graph)
    })
  const known = new Set(functions.map(({ name }) => name))
  return Object.keys(CALLED_FROM_BELOW)
    .filter((called) => known.has(called) && !isCalledFromBelow(called))
    .map((called) => `no function of a lower room calls ${called}: remove the exception`)
}
