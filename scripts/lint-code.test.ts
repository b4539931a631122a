import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { castsIn } from './casts.ts'
import { directJobs } from './direct-jobs.ts'
import { builderViolations } from './sql-style.ts'

const root = mkdtempSync(join(tmpdir(), 'laku-sql-'))
mkdirSync(join(root, 'src'))
afterAll(() => rmSync(root, { recursive: true }))

it.each([
  ["tx.selectFrom('orders').select('id').where('id', '=', id).execute()", []],
  ["tx.updateTable('orders').set({ note }).where('id', '=', id).execute()", []],
  ['sql`select from orders for update`.execute(tx)', []],
  ['list.with(2, x)', []],
  ["tx.selectFrom('orders as o').innerJoin('items as i', 'i.orderId', 'o.id').execute()", ['innerJoin']],
  ["tx.selectFrom('orders').select('id').forKeyShare().execute()", ['forKeyShare']],
  ["tx.selectFrom('orders').groupBy('id').execute()", ['groupBy']],
  ["tx.with('x', (db) => db.selectFrom('orders')).selectFrom('x').execute()", ['with']],
  ["tx.insertInto('orders').values(row).onConflict((oc) => oc.doNothing()).execute()", ['onConflict']],
])('%s: %j by the builder', (code, methods) => {
  writeFileSync(join(root, 'src/a.ts'), `await ${code}\n`)
  expect(builderViolations(root).map(({ what }) => what)).toEqual(methods)
})

it.each([
  ['src/http/routes/a.ts', 'reply.send(answer as never)', ['never']],
  ['src/http/webhooks/a.ts', 'const { id } = request.params as { id: string }', ['{ id: string }']],
  ['src/jobs/payouts/a.ts', '<Payload>data', ['Payload']],
  ['src/http/routes/a.ts', "const access = 'open' as const", []],
  ['src/http/routes/a.test.ts', 'answer as never', []],
  ['src/http/server.ts', 'logger as never', []],
])('%s: %s casts to %j', (file, code, types) => {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${code}\n`)
  expect(castsIn(root).map(({ what }) => what)).toEqual(types)
  rmSync(path)
})

it.each([
  ['src/domain/a.ts', "await boss.send('notify', { eventId })", ['send']],
  ['src/domain/a.ts', "await (await this.#queue.boss()).sendAfter('notify', data, null, 60)", ['sendAfter']],
  ['src/domain/a.ts', "const jobs = await queue.boss()\nawait jobs.insert('notify', rows)", ['insert']],
  ['src/domain/a.ts', "const f = (jobs: PgBoss) => jobs['publish']('paid')", ['publish']],
  ['src/domain/a.ts', 'const { send } = await queue.boss()', ['send']],
  ['src/domain/a.ts', 'const send = boss.send.bind(boss)', ['send']],
  ['src/domain/a.ts', "await boss?.flow([{ name: 'notify' }])", ['flow']],
  ['src/domain/a.ts', "class A { #jobs: PgBoss; go() { this.#jobs.upsert('notify', {}) } }", ['upsert']],
  ['src/domain/a.ts', 'await sql`insert into pgboss.job (name) values (1)`.execute(tx)', ['SQL']],
  ['src/jobs/worker.ts', "await this.#boss.send('refunds.submit', { refundId })", ['send']],
  ['src/jobs/worker.ts', 'await this.#boss.send(name, {})', []],
  ['src/runtime/queue.ts', 'await boss.insert(name, rows, { db })', []],
  ['src/domain/a.ts', 'await queue.enqueue(work.tx, jobs)', []],
  ['src/domain/a.ts', "await mailer.send(to)\nconst a = 'pgboss.job'\nlist.insert(0, boss.id)", []],
  ['src/domain/a.test.ts', "await boss.send('notify', {})", []],
])('%s: %s creates jobs by %j', (file, code, methods) => {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${code}\n`)
  expect(directJobs(root).map(({ what }) => what)).toEqual(methods)
  rmSync(path)
})
