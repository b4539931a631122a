import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { copiedLists } from './copied-lists.ts'
import { listExceptions } from './list-exceptions.ts'

const root = mkdtempSync(join(tmpdir(), 'laku-lists-'))
afterAll(() => rmSync(root, { recursive: true }))

const table = { new: ['sent'], sent: ['done', 'lost'], done: [], lost: [] }
const letter = { name: 'letter', domain: 'post', relation: 'letters', column: 'status', table }
const graph = { below: [], post: ['below'], above: ['post'] }

function found(file: string, text: string, exceptions = {}): string[] {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  const lists = copiedLists(root, [letter], graph, exceptions)
  rmSync(path)
  return lists.map(({ what }) => what)
}
const inSql = (where: string) => found('src/a.ts', `sql\`select from letters where ${where}\``)

it.each([
  ["status in ('sent', 'new')", 'sent, new'],
  ["l.status not in ('done', 'lost')", 'done, lost'],
  ["status in ('new', 'done')", 'new, done'],
  ["status = any(array['new', 'done'])", 'new, done'],
  ["status <> all(array['new', 'done']::text[])", 'new, done'],
  ["status = any('{new,done}')", 'new, done'],
  ["(l.status = 'new' or l.status = 'done')", 'new, done'],
  ["status <> 'new' and status <> 'done'", 'new, done'],
  ["\"status\" in ('new','done')", 'new, done'],
])('refuses %s', (where, states) => {
  expect(inSql(where)).toEqual([`lists states of letter: ${states}`])
})

it.each([
  ["status = 'new'"],
  ["status in ('new')"],
  ["kind in ('done', 'lost')"],
  ["status in ('done', 'burnt')"],
  ["status = 'new' or status = 'sent' and sent_at is null"],
])('lets pass %s', (where) => {
  expect(inSql(where)).toEqual([])
})

it('does not read the SQL of a file that never names the table', () => {
  expect(found('src/a.ts', "sql`select from parcels where status in ('new', 'done')`")).toEqual([])
})

it.each([
  ['src/domain/post/a.ts', "const some = ['done', 'sent']", 1],
  ['src/domain/above/a.ts', "import '../post/index.ts'\nexport const some = new Set(['done', 'sent'])", 1],
  ['src/domain/above/a.ts', "const some = ['done', 'sent']", 0],
  ['src/domain/above/a.ts', "const some = ['done', 'sent', 'lost']", 1],
  ['src/domain/below/a.ts', "const some = ['done', 'sent', 'lost']", 0],
  ['src/commands/list.ts', "import '../domain/post/read.ts'\nconst some = ['done', 'sent'] as const", 1],
  ['src/commands/list.ts', "import '../domain/parcel/read.ts'\nconst some = ['done', 'sent'] as const", 0],
  ['src/domain/post/a.ts', "const is = status === 'done' || status === 'sent'", 1],
  ['src/domain/post/a.ts', "const is = it.status !== 'done' && isNew && it.status !== 'sent'", 1],
  ['src/domain/post/a.ts', "const is = status === 'done' || other.status === 'sent'", 0],
  ['src/domain/post/a.ts', "const is = verdict === 'done' || verdict === 'sent'", 0],
  ['src/domain/post/transitions.ts', "export const some = ['done', 'sent']", 0],
  ['src/sandbox/post.ts', "const some = ['done', 'sent', 'lost']", 0],
  ['src/domain/post/a.ts', "const some = ['done', 'sent', 'other']", 0],
])('%s: %s, %i times an array that lists states', (file, text, times) => {
  expect(found(file, text)).toHaveLength(times)
})

it('lets an exception pass, and reports one that is not used', () => {
  const exceptions = { 'src/domain/post/a.ts': { 'done, sent': 'the reason' } }
  expect(found('src/domain/post/a.ts', "const some = ['done', 'sent']", exceptions)).toEqual([])
  expect(found('src/domain/post/a.ts', '', exceptions)).toEqual([
    'excepts what is not there: src/domain/post/a.ts done, sent',
  ])
})

it('has a reason for each exception', () => {
  const reasons = Object.values(listExceptions).flatMap((lists) => Object.values(lists))
  expect(reasons.filter((reason) => reason.length < 10)).toEqual([])
})
