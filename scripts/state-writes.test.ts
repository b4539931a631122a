import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stateWrites } from './state-writes.ts'

const kept = [
  { relation: 'group_orders', column: 'status' },
  { relation: 'factories', column: 'verification' },
]

describe('the lint of states', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'laku-states-'))
    mkdirSync(join(root, 'src/domain'), { recursive: true })
  })
  afterEach(() => rmSync(root, { recursive: true }))
  const found = (code: string) => {
    writeFileSync(join(root, 'src/domain/a.ts'), `${code}\n`)
    return stateWrites(root, kept).map(({ what }) => what)
  }
  const of = (statement: string) => found(`export const a = sql\`${statement}\``)

  it.each([
    "update group_orders set status = 'paid' where id = 1",
    "update group_orders o\n    set paid_at = now(), status = 'paid'\n    from due where o.id = due.id",
    'update group_orders set (status, paid_at) = (select a, b from c)',
    "update group_orders set note = (select x from y where z = 1), status = 'paid'",
    "update group_orders set note = case when a then b end, status = case when c then 'x' else status end",
    `with moved as (update only group_orders set status = \${to} returning id) select * from moved`,
    "insert into group_orders (id) values (1) on conflict (id) do update set status = 'paid'",
    "merge into group_orders o using x on x.id = o.id when matched then update set status = 'paid'",
    'update factories set verification = $1',
  ])('refuses %s', (statement) => {
    expect(of(statement)).toHaveLength(1)
  })

  it.each([
    "update other_things set status = 'paid'",
    "update group_orders set paid_at = now() where status = 'paid'",
    "update group_orders set note = case when status = 'paid' then 'x' end",
    "insert into group_orders (id, status) values (1, 'draft')",
    "select from group_orders where status = 'paid' for no key update",
    'update factories set status = $1',
    `insert into group_orders (id) values (1) on conflict (id) do update set status = \${stateIf(m, 'paid', x)}`,
  ])('lets pass %s', (statement) => {
    expect(of(statement)).toEqual([])
  })

  it('refuses what may be any table', () => {
    expect(of(`update \${table} set status = 'paid'`)).toHaveLength(1)
  })

  it.each([
    "db.updateTable('groupOrders').set({ status }).where('id', '=', id)",
    "db.updateTable('groupOrders').where('id', '=', id).set('status', to)",
    "db.updateTable('groupOrders').set({ ...changes, paidAt })",
    "db.updateTable('groupOrders').set(changes)",
    "db.insertInto('groupOrders').values(row).onConflict((one) => one).doUpdateSet({ status })",
    "db.updateTable('groupOrders').where('id', '=', id)",
    "db.updateTable('groupOrders as o').set({ status })",
    "db['updateTable']('groupOrders').set({ status })",
    "db.insertInto('groupOrders').values(row).onConflict((oc) => oc.column('id').doUpdateSet({ status }))",
    "db.mergeInto('groupOrders').using('x', 'a', 'b').whenMatched().thenUpdateSet({ status })",
    'pool.query("update group_orders set status = \'paid\'")',
    `pool.query('update group_orders ' + \`set status = \${to}\`)`,
    'sql`update public.group_orders set status = 1`',
    'sql`update /* all */ group_orders set status = 1`',
  ])('refuses %s', (code) => {
    expect(found(`export const a = ${code}`)).toHaveLength(1)
  })

  it('refuses the machine of another room, with which its states could be moved', () => {
    expect(found("import { orderMachine } from './order/transitions.ts'")).toHaveLength(1)
    expect(found("import { orderMachine as own } from './order/index.ts'")).toHaveLength(1)
    expect(found("export { orderMachine } from './order/transitions.ts'")).toHaveLength(1)
    expect(found("import { orderTransitions } from './order/index.ts'")).toEqual([])
    expect(found("import { type Machine } from './kernel/index.ts'")).toEqual([])
  })

  it.each([
    "db.updateTable('groupOrders').set({ paidAt }).where('status', '=', 'paid')",
    "db.updateTable('factories').set({ status }).where('id', '=', id)",
    "db.updateTable('others').set({ status })",
  ])('lets pass %s', (code) => {
    expect(found(`export const a = ${code}`)).toEqual([])
  })
})
