import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { copiedLists } from './copied-lists.ts'

const root = mkdtempSync(join(tmpdir(), 'laku-lists-'))
afterAll(() => rmSync(root, { recursive: true }))

it('finds a list of all open or all final states, in whatever order, and no other', () => {
  mkdirSync(join(root, 'src'))
  const table = { new: ['sent'], sent: ['done', 'lost'], done: [], lost: [] }
  const machine = { name: 'letter', relation: 'letters', column: 'status', table }
  const write = (sql: string) =>
    writeFileSync(join(root, 'src/a.ts'), `sql\`select from letters where ${sql}\``)
  const found = () => copiedLists(root, [machine]).map((copiedList) => copiedList.what)
  write("status in ('sent', 'new')")
  expect(found()).toEqual(['copies states of letter: sent, new'])
  write("l.status not in ('done', 'lost')")
  expect(found()).toHaveLength(1)
  write("status in ('sent', 'done') or kind in ('done', 'lost') or status = 'new'")
  expect(found()).toEqual([])
})

it('finds a list that the machine exports, where the room may import it', () => {
  const table = { new: ['sent'], sent: ['done'], done: ['lost'], lost: [] }
  const machine = { name: 'letter', domain: 'post', relation: 'letters', column: 'status', table }
  const machines = [{ ...machine, groups: [['sent', 'done']] }]
  for (const room of ['post', 'above', 'below']) {
    mkdirSync(join(root, 'src/domain', room), { recursive: true })
    writeFileSync(
      join(root, 'src/domain', room, 'a.ts'),
      "sql`from letters where status in ('done', 'sent')`",
    )
  }
  const graph = { below: [], post: ['below'], above: ['post'] }
  const files = copiedLists(root, machines, graph).map((list) => list.at.split(':')[0])
  expect(files.filter((file) => file?.startsWith('src/domain'))).toEqual([
    'src/domain/above/a.ts',
    'src/domain/post/a.ts',
  ])
})

it('finds an array of all states of a machine, or of a list that it exports, in a file that is about its room', () => {
  const table = { new: ['sent'], sent: ['done'], done: ['lost'], lost: [] }
  const machine = { name: 'letter', domain: 'post', relation: 'letters', column: 'status', table }
  const machines = [{ ...machine, groups: [['sent', 'done']] }]
  const file = join(root, 'src/commands/list.ts')
  mkdirSync(dirname(file), { recursive: true })
  const found = (list: string, from = 'domain/post/read.ts') => {
    writeFileSync(file, `import { list } from '../${from}'\nconst statuses = ${list} as const`)
    return copiedLists(root, machines, { post: [] }).filter(({ at }) => at.startsWith('src/commands')).length
  }
  expect(found("['lost', 'new', 'sent', 'done']")).toBe(1)
  expect(found("['done', 'sent']")).toBe(1)
  expect(found("['new', 'sent']")).toBe(0)
  expect(found("['new', 'sent', 'done', 'lost', 'other']")).toBe(0)
  expect(found("['done', 'sent']", 'domain/parcel/read.ts')).toBe(0)
})
