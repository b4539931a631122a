import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databaseFunctions, functionViolations } from './database-functions.ts'
import { floorViolations, type Graph, readFunctions, readGraph, readImports, readOwners } from './floors.ts'
import { tableViolations } from './table-owners.ts'
import { tableUses, usesIn } from './table-uses.ts'

const graph: Graph = { ledger: [], wallet: ['ledger'], payment: ['ledger', 'wallet'] }

describe('the lint of the floors', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'laku-floors-'))
    write('src/domain/ledger/index.ts', "export { post } from './post.ts'")
    write('src/domain/ledger/post.ts', 'export const post = 1')
    write('src/domain/payment/index.ts', 'export const pay = 1')
    write('src/http/server.ts', 'export const server = 1')
    write('src/jobs/worker.ts', 'export const worker = 1')
    write('src/jobs/notify.ts', 'export const notify = 1')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  const rules = () => floorViolations(graph, readImports(root)).map((violation) => violation.rule)

  it('lets a domain import one below it through its door', () => {
    write(
      'src/domain/payment/confirm.ts',
      "import { post } from '../ledger/index.ts'\nexport const confirm = post",
    )
    expect(rules()).toEqual([])
  })

  it.each([
    [
      'a domain imports http',
      'src/domain/ledger/a.ts',
      '../../http/server.ts',
      'domain-knows-no-surroundings',
    ],
    [
      'a domain imports http for a type only',
      'src/domain/ledger/a.ts',
      '../../http/server.ts',
      'domain-knows-no-surroundings',
      'type ',
    ],
    ['a domain imports one above it', 'src/domain/ledger/a.ts', '../payment/index.ts', 'floor-of-ledger'],
    [
      'a domain goes past the door of one below it',
      'src/domain/payment/a.ts',
      '../ledger/post.ts',
      'floor-of-payment',
    ],
    ['http imports a job', 'src/http/a.ts', '../jobs/worker.ts', 'fronts-do-not-meet'],
    [
      'a command goes past the door of the jobs',
      'src/commands/a.ts',
      '../jobs/notify.ts',
      'fronts-do-not-meet',
    ],
    ['the runtime imports a front', 'src/runtime/a.ts', '../http/server.ts', 'ground-knows-no-fronts'],
    [
      'the sandbox imports the domain',
      'src/sandbox/a.ts',
      '../domain/ledger/index.ts',
      'sandbox-is-the-wire-only',
    ],
    [
      'the sandbox imports a client',
      'src/sandbox/a.ts',
      '../providers/biteship/courier.ts',
      'sandbox-is-the-wire-only',
    ],
    [
      'a facts file imports a client',
      'src/providers/biteship/facts.ts',
      './courier.ts',
      'facts-import-nothing',
    ],
  ])('fails when %s', (_, from, to, rule, type = '') => {
    write(from, `import ${type}* as x from '${to}'\nexport type X = typeof x`)
    expect(rules()).toContain(rule)
  })

  it.each([
    ['by a template', 'await import(`../payment/index.ts`)', 'floor-of-ledger'],
    ['by a path that cannot be read', 'await import(path)', 'imports-can-be-read'],
    ['by a type', "type A = import('../payment/index.ts').Pay", 'floor-of-ledger'],
  ])('fails when a domain imports one above it %s', (_, code, rule) => {
    write('src/domain/ledger/a.ts', `export {}\n${code}`)
    expect(rules()).toContain(rule)
  })

  it('fails when a room is in no row of the graph, or the top goes past a door', () => {
    write('src/domain/parcel/a.ts', "import { pay } from '../payment/index.ts'\nexport const a = pay")
    write('src/domain/composition/a.ts', "import { post } from '../ledger/post.ts'\nexport const a = post")
    expect(rules()).toEqual(['top-goes-through-the-doors', 'rooms-are-in-the-graph'])
  })

  it('fails on a cycle between domains that runs through different files', () => {
    write('src/domain/wallet/index.ts', "export { a } from './a.ts'")
    write('src/domain/wallet/a.ts', "import { b } from '../ledger/index.ts'\nexport const a = b")
    write('src/domain/ledger/index.ts', "export { b } from './b.ts'")
    write('src/domain/ledger/b.ts', "import { a } from '../wallet/index.ts'\nexport const b = a")
    expect(rules()).toEqual(expect.arrayContaining(['floor-of-ledger', 'no-cycles']))
  })

  it('has a row for each of the sixteen domains and the ground, and no ring in it', () => {
    const rows = readGraph(process.cwd())
    expect(Object.keys(rows)).toHaveLength(22)
    const done = new Set<string>()
    const visit = (domain: string, path: string[]): void => {
      expect(path).not.toContain(domain)
      if (done.has(domain)) return
      for (const below of rows[domain] ?? []) visit(below, [...path, domain])
      done.add(domain)
    }
    for (const domain of Object.keys(rows)) visit(domain, [])
  })
})

it('names every room, and all that is on top of the domains, in a floor of docs/ARCHITECTURE.md', () => {
  const page = readFileSync('docs/ARCHITECTURE.md', 'utf8')
  const floors = page.slice(page.indexOf('## The floors'), page.indexOf('## A join'))
  const rooms = globSync('src/domain/*/').map((path) => basename(path))
  const onTop = globSync('src/domain/composition/*').map((path) => basename(path))
  const named = [...rooms, ...onTop.filter((name) => !name.endsWith('.test.ts'))]
  expect(named.length).toBeGreaterThan(25)
  expect(named.filter((name) => !floors.includes(`\`${name}`))).toEqual([])
})

describe('the tables', () => {
  it('have each one room that owns it', () => {
    const schema = readFileSync('docs/schema.sql', 'utf8')
    const tables = [...schema.matchAll(/^create table (\w+)/gm)].map(([, table]) => table as string)
    const owned = Object.values(readOwners(process.cwd())).flat()
    expect(owned.toSorted()).toEqual(tables.toSorted())
  })

  it('and its functions that laku calls have each one room', () => {
    const schema = readFileSync('docs/schema.sql', 'utf8')
    const there = new Set(
      [...schema.matchAll(/^create (?:or replace )?function (?:public\.)?(\w+)\(/gim)].map(
        ([, name]) => name as string,
      ),
    )
    expect(there.size).toBeGreaterThan(30)
    const called = tableUses(process.cwd(), new Set(), there).flatMap(({ kind, table }) =>
      kind === 'call' ? [table] : [],
    )
    const owned = Object.values(readFunctions(process.cwd())).flat()
    expect(owned.toSorted()).toEqual([...new Set(called)].toSorted())
  })

  it('are found in templates of SQL and in calls of the builder, with what is done to them', () => {
    const tables = new Set(['orders', 'payments', 'refunds'])
    const uses = usesIn(
      'a.ts',
      [
        'await sql`select 1 from orders o, payments p where o.id = p.order_id`.execute(tx)',
        'await sql`select id from orders where id = 1 for no key update`.execute(tx)',
        "await tx.updateTable('refunds').set({ status }).execute()",
        "await tx.selectFrom('orders as o').innerJoin('payments as p', 'p.orderId', 'o.id').execute()",
        "const told = 'money that came from orders'",
      ].join('\n'),
      tables,
    )
    expect(uses.map(({ line, table, kind }) => `${line} ${kind} ${table}`).toSorted()).toEqual([
      '1 read orders',
      '1 read payments',
      '2 lock orders',
      '3 write refunds',
      '4 read orders',
      '4 read payments',
    ])
  })

  it('are locked where the lock says: in its own query, and by its names alone', () => {
    const uses = usesIn(
      'a.ts',
      [
        'await sql`select from orders o join payments p on p.order_id = o.id for no key update of o`.execute(tx)',
        'await sql`select id from orders where id in (select order_id from payments) for share`.execute(tx)',
        "await insertRows(work.tx, 'refunds', rows)",
      ].join('\n'),
      new Set(['orders', 'payments', 'refunds']),
    )
    expect(uses.map(({ line, table, kind }) => `${line} ${kind} ${table}`).toSorted()).toEqual([
      '1 lock orders',
      '1 read payments',
      '2 lock orders',
      '2 read payments',
      '3 write refunds',
    ])
  })
})

describe('the lint of tables', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'laku-tables-'))
    const rooms = {
      kernel: { below: [], tables: ['events', 'clock'], publishes: ['events', 'clock'] },
      staff: { below: [], tables: ['staff'], publishes: [] },
      ops: { below: [], tables: ['attention'], publishes: ['attention'] },
      payment: {
        ...{ below: [], tables: ['payments', 'chargebacks', 'paces'], publishes: ['payments'] },
        ...{ opens: ['chargebacks'], functions: ['pay_now'] },
      },
      order: { below: ['payment'], tables: ['orders'], publishes: ['orders'], functions: ['order_now'] },
    }
    write('src/domain/graph.json', JSON.stringify(rooms))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  const refused = (path: string, statement: string) => {
    write(path, `await ${statement}`)
    return tableViolations(root, readGraph(root)).map(({ kind, table }) => `${kind} ${table}`)
  }

  it.each([
    ['its own tables in any way', 'src/domain/order/a.ts', 'sql`update orders set status = 1`'],
    [
      'what a room below publishes',
      'src/domain/order/a.ts',
      'sql`select from orders o join payments p on true`',
    ],
    ['what the ground publishes', 'src/domain/payment/a.ts', "tx.selectFrom('attention').execute()"],
    ['what a room opens to the top', 'src/domain/composition/a.ts', 'sql`select from chargebacks`'],
    [
      'a table by its name in an expression',
      'src/domain/order/a.ts',
      `sql\`select from \${sql.table('payments')}\``,
    ],
    ['a function of a room below', 'src/domain/order/a.ts', 'sql`select pay_now(1), count(*)`'],
    [
      'a table from a variable where the callers name it',
      'src/domain/kernel/rows.ts',
      `sql\`insert into \${sql.table(table)}\``,
    ],
    ['the clock from the runtime', 'src/runtime/clock.ts', "pool.query('select shift_s from clock')"],
    [
      'what the owner of the database does',
      'src/runtime/environment/put-clock-back.ts',
      "pool.query('insert into clock')",
    ],
  ])('lets pass %s', (_, path, statement) => {
    expect(refused(path, statement)).toEqual([])
  })

  it.each([
    ['a read upward', 'src/domain/payment/a.ts', 'sql`select from orders`', 'read orders'],
    [
      'a read of what nobody publishes',
      'src/domain/order/a.ts',
      'sql`select from chargebacks`',
      'read chargebacks',
    ],
    [
      'such a read inside of another query',
      'src/domain/order/a.ts',
      'sql`select from orders o where exists (select from chargebacks c where c.id = o.id)`',
      'read chargebacks',
    ],
    ['a write downward', 'src/domain/order/a.ts', 'sql`update payments set status = 1`', 'write payments'],
    [
      'a write by the builder',
      'src/domain/order/a.ts',
      "tx.updateTable('payments').execute()",
      'write payments',
    ],
    ['a write of rows', 'src/domain/order/a.ts', "insertRows(tx, 'payments', [])", 'write payments'],
    ['a lock downward', 'src/domain/order/a.ts', 'sql`select from payments for update`', 'lock payments'],
    ['a write from the top', 'src/domain/composition/a.ts', 'sql`delete from orders`', 'write orders'],
    [
      'a read from the top of what no room opens',
      'src/domain/composition/a.ts',
      'sql`select from paces`',
      'read paces',
    ],
    [
      'a read upward by a name in an expression',
      'src/domain/payment/a.ts',
      `sql\`select from \${sql.table('orders')} o\``,
      'read orders',
    ],
    [
      'a table from a variable',
      'src/domain/order/a.ts',
      `sql\`select from \${sql.table(table)}\``,
      'unseen ?',
    ],
    ['such a table in the builder', 'src/domain/order/a.ts', 'tx.updateTable(table).execute()', 'unseen ?'],
    ['a table of a schema', 'src/domain/payment/a.ts', 'sql`select from public.orders`', 'read orders'],
    ['a table behind a comment', 'src/domain/payment/a.ts', 'sql`select from /* a */ orders`', 'read orders'],
    [
      'tables joined in parentheses',
      'src/domain/payment/a.ts',
      'sql`select from (orders o join x on true)`',
      'read orders',
    ],
    [
      'a table after a function',
      'src/domain/payment/a.ts',
      'sql`select from unnest(1) as r(id), orders o where true`',
      'read orders',
    ],
    [
      'a table after a join',
      'src/domain/payment/a.ts',
      'sql`select from payments p join events e on e.id = p.id, orders o`',
      'read orders',
    ],
    [
      'a table in a with',
      'src/domain/payment/a.ts',
      'sql`with x as (select from orders) select from x`',
      'read orders',
    ],
    [
      'the second table of a delete',
      'src/domain/payment/a.ts',
      'sql`delete from payments using events e, orders o where true`',
      'read orders',
    ],
    ['a part of a from', 'src/domain/payment/a.ts', 'sql`orders where id = 1`', 'read orders'],
    ['a truncate', 'src/domain/payment/a.ts', "pool.query('truncate payments, orders')", 'write orders'],
    [
      'a lock of a table',
      'src/domain/payment/a.ts',
      "pool.query('lock table payments, orders')",
      'lock orders',
    ],
    [
      'a merge',
      'src/domain/payment/a.ts',
      "pool.query('merge into orders using payments on true')",
      'write orders',
    ],
    ['a text of parts', 'src/domain/payment/a.ts', "pool.query('select id ' + 'from orders')", 'read orders'],
    ['a raw text', 'src/domain/payment/a.ts', "sql.raw('select from orders')", 'read orders'],
    ['a raw text from a variable', 'src/domain/payment/a.ts', 'sql.raw(text)', 'unseen ?'],
    [
      'a raw text of joined words',
      'src/domain/payment/a.ts',
      "sql.raw(['select', 'from', 'orders'].join(' '))",
      'read orders',
    ],
    [
      'a query of joined words',
      'src/domain/payment/a.ts',
      "pool.query(['select', 'from', 'orders'].join(' '))",
      'read orders',
    ],
    [
      'a query of concatenated words',
      'src/domain/payment/a.ts',
      "pool.query('select from '.concat('orders'))",
      'read orders',
    ],
    [
      'a query of a constant in parts',
      'src/domain/payment/a.ts',
      "0; const table = 'orders'; const text = 'select from ' + table; pool.query(text)",
      'read orders',
    ],
    [
      'a query by the text of its object',
      'src/domain/payment/a.ts',
      "pool.query({ text: ['update', 'orders'].join(' ') })",
      'write orders',
    ],
    ['a sum with a variable', 'src/domain/payment/a.ts', "pool.query('select from ' + table)", 'unseen ?'],
    ['such a template', 'src/domain/payment/a.ts', `pool.query(\`select from \${table}\`)`, 'unseen ?'],
    ['a query of a parameter', 'src/domain/payment/a.ts', '0; (text) => pool.query(text)', 'unseen ?'],
    ['a query with a row of words', 'src/domain/payment/a.ts', "pool.query(words.join(' '))", 'unseen ?'],
    [
      'a compiled query with a variable',
      'src/domain/payment/a.ts',
      'db.executeQuery(CompiledQuery.raw(text))',
      'unseen ?',
    ],
    [
      'a raw text under another name',
      'src/domain/payment/a.ts',
      "import('x'); import { sql as s } from 'kysely'; s.raw(text)",
      'unseen ?',
    ],
    ['a raw text without its tag', 'src/domain/payment/a.ts', '0; const { raw } = sql', 'unseen ?'],
    ['the tag called with texts', 'src/domain/payment/a.ts', 'sql(texts)', 'unseen ?'],
    ['a query that is bound', 'src/domain/payment/a.ts', 'pool.query.bind(pool)(text)', 'unseen ?'],
    ['a name by sql.id', 'src/domain/payment/a.ts', `sql\`select from \${sql.id('orders')}\``, 'read orders'],
    [
      'a list of tables',
      'src/domain/payment/a.ts',
      "tx.selectFrom(['payments', 'orders as o'])",
      'read orders',
    ],
    [
      'a join by the builder',
      'src/domain/payment/a.ts',
      "tx.selectFrom('payments').leftJoin('orders as o')",
      'read orders',
    ],
    [
      'a join with a variable',
      'src/domain/payment/a.ts',
      "tx.selectFrom('payments').innerJoin(table)",
      'unseen ?',
    ],
    ['a method by its text', 'src/domain/payment/a.ts', "tx['selectFrom']('orders')", 'read orders'],
    ['a method that is passed on', 'src/domain/payment/a.ts', "tx.selectFrom.bind(tx)('orders')", 'unseen ?'],
    [
      'a write of rows under another name',
      'src/domain/payment/a.ts',
      "import('x'); import { insertRows as put } from 'x'; put(tx, 'orders', [])",
      'write orders',
    ],
    ['a write of rows to a variable', 'src/domain/payment/a.ts', 'insertRows(tx, table, [])', 'unseen ?'],
    ['a function of a room above', 'src/domain/payment/a.ts', 'sql`select order_now()`', 'call order_now'],
    ['a function by a front', 'src/http/a.ts', 'sql`select pay_now()`', 'call pay_now'],
    [
      'what another file of the owner of the database uses',
      'src/runtime/environment/stamp.ts',
      "pool.query('delete from clock')",
      'write clock',
    ],
    ['a read by a front', 'src/commands/a.ts', 'sql`select from payments`', 'read payments'],
    ['a write by the runtime', 'src/runtime/a.ts', 'sql`update attention set times = 2`', 'write attention'],
    ['a read by the ground', 'src/domain/ops/a.ts', 'sql`select from payments`', 'read payments'],
  ])('refuses %s', (_, path, statement, use) => {
    expect(refused(path, statement)).toEqual([use])
  })

  it('finds nothing to refuse in laku', () => {
    expect(tableViolations(process.cwd(), readGraph(process.cwd()))).toEqual([])
  })
})

describe('the functions of the database', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'laku-functions-'))
    mkdirSync(join(root, 'docs'))
    mkdirSync(join(root, 'src/domain'), { recursive: true })
    const rooms = {
      kernel: { below: [], tables: ['clock'], publishes: ['clock'], functions: ['shop_now'] },
      staff: { below: [], tables: ['staff'], inside: ['acting_staff'] },
      ops: { below: [], tables: ['attention'], publishes: ['attention'] },
      payment: { below: [], tables: ['payments', 'paces'], publishes: ['payments'], inside: ['pay', 'keep'] },
      order: { below: ['payment'], tables: ['orders'], publishes: ['orders'], inside: ['place'] },
    }
    writeFileSync(join(root, 'src/domain/graph.json'), JSON.stringify(rooms))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const made = (name: string, body: string) =>
    `CREATE OR REPLACE FUNCTION public.${name}(a text)\n RETURNS trigger\nAS $function$\nbegin\n${body}\nend $function$;\n`
  const others = (but: string) =>
    ['shop_now', 'pay', 'keep', 'place', 'acting_staff'].filter((name) => name !== but)
  const refused = (name: string, body: string, rest = '') => {
    const schema = [made(name, body), ...others(name).map((other) => made(other, 'return new;')), rest]
    writeFileSync(join(root, 'docs/schema.sql'), schema.join(''))
    const wrong = functionViolations(root, readGraph(root))
    return wrong.filter((text) => !text.includes('remove the exception'))
  }

  it.each([
    ['its own tables', 'place', 'update orders set a = 1; select from orders for update;'],
    ['a published table below', 'place', 'if exists (select from payments) then return old; end if;'],
    ['a function below', 'place', 'perform pay(1); a := shop_now();'],
    ['a function that rooms below may call', 'shop_now', 'a := acting_staff(a);'],
    ['the words of a message', 'pay', "raise exception 'nothing came from orders'; -- from orders"],
  ])('may use %s', (_, name, body) => {
    expect(refused(name, body)).toEqual([])
  })

  it.each([
    [
      'a write downward',
      'place',
      'insert into payments values (1);',
      'place of order may not write payments of payment',
    ],
    [
      'a lock downward',
      'place',
      'perform 1 from payments for update;',
      'place of order may not lock payments of payment',
    ],
    ['a read upward', 'pay', 'select a into b from orders;', 'pay of payment may not read orders of order'],
    [
      'a read of what nobody publishes',
      'place',
      'for a in select from paces loop',
      'place of order may not read paces of payment',
    ],
    [
      'a write upward',
      'pay',
      'if true then delete from orders; end if;',
      'pay of payment may not write orders of order',
    ],
    ['a call upward', 'pay', 'perform place(a);', 'pay of payment may not call place of order'],
    [
      'a statement from a text',
      'pay',
      "execute 'update ' || a;",
      'pay of payment builds a statement from a text',
    ],
    [
      'a function of no room',
      'new_one',
      'return new;',
      'new_one has no room: add it to "functions" or "inside" of its room in graph.json',
    ],
  ])('may not do %s', (_, name, body, wrong) => {
    expect(refused(name, body)).toEqual([wrong])
  })

  it('may not be run by a trigger of a table below, and may be by one above', () => {
    const trigger = (table: string, run: string) =>
      `CREATE TRIGGER t BEFORE INSERT ON public.${table} FOR EACH ROW WHEN ((a > 0)) EXECUTE FUNCTION ${run}();\n`
    expect(refused('pay', 'return new;', trigger('orders', 'keep'))).toEqual([])
    expect(refused('pay', 'return new;', trigger('payments', 'place'))).toEqual([
      'a trigger of payments (payment) runs place of order, which is not below',
    ])
  })

  it('have each one room, and nothing in laku to refuse', () => {
    const schema = readFileSync('docs/schema.sql', 'utf8')
    const functions = databaseFunctions(schema)
    expect(functions).toHaveLength(
      schema.match(/^create (?:or replace )?(?:function|procedure)/gim)?.length ?? 0,
    )
    const triggers = functions.flatMap(({ triggersOf }) => triggersOf)
    expect(new Set(triggers).size).toBeGreaterThan(25)
    expect(functionViolations(process.cwd(), readGraph(process.cwd()))).toEqual([])
  })
})
