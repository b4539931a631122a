import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTransition, statesBefore, type Transitions, type Work } from '../src/domain/kernel/index.ts'
import { openTestLaku, type TestLaku } from '../test/laku.ts'
import { Market } from '../test/market.ts'
import { columnOf, stateColumns } from '../test/watch-moves.ts'
import { findMachines, firstStates } from './machines.ts'

const machines = await findMachines(process.cwd())
let laku: TestLaku
let columns: Awaited<ReturnType<typeof stateColumns>>

beforeAll(async () => {
  laku = await openTestLaku({ watched: true })
  columns = await stateColumns(laku.pool)
})
afterAll(() => laku.close())

describe.each(machines)('the machine of a $name', (declared) => {
  const { name, table } = declared
  const machine = table as Transitions<string>
  const states = Object.keys(machine)

  it('lets every legal move pass, and refuses every other as a conflict that names the legal ones', () => {
    for (const from of states) {
      for (const to of states) {
        const move = () => requireTransition(machine, from, to, name)
        if (machine[from]?.includes(to)) expect(move).not.toThrow()
        else
          expect(move).toThrow(
            expect.objectContaining({ code: 'kernel.illegal_transition', kind: 'conflict' }),
          )
      }
    }
  })

  it('gives the compare-and-set just the states from which a move is legal', () => {
    for (const to of states) {
      expect(statesBefore(machine, to)).toEqual(states.filter((from) => machine[from]?.includes(to)))
    }
  })

  it('moves only to states that it has, and reaches each of them', () => {
    const reached = new Set(firstStates({ table } as never))
    for (const from of reached) for (const to of machine[from] ?? []) reached.add(to)
    expect([...reached].sort()).toEqual([...states].sort())
  })

  it('has the states that a CHECK of the database allows', () => {
    expect(columnOf(declared, columns)?.states.toSorted()).toEqual(states.toSorted())
  })
})

it('there is a machine for every state that the database keeps', () => {
  const kept = machines.map((machine) => columnOf(machine, columns))
  const without = columns.filter((column) => !kept.includes(column)).map(({ relation }) => relation)
  expect(without).toEqual([])
  expect(new Set(kept).size).toBe(machines.length)
})

describe('a watched database', () => {
  const product = async (use: (id: string) => Promise<unknown>) => {
    const market = await Market.open(laku)
    return await use(market.productId)
  }
  const moved = (work: Work, id: string, to: string) =>
    sql`update products set status = ${to} where id = ${id}`.execute(work.tx)

  it('refuses a move of a use case that no table names', async () => {
    await product(async (id) => {
      await expect(laku.system((work) => moved(work, id, 'draft'))).rejects.toThrow(
        'no machine lets products.status move from active to draft',
      )
      await laku.system((work) => moved(work, id, 'inactive'))
    })
  })

  it('lets a test begin where it likes', async () => {
    await product((id) => sql`update products set status = 'draft' where id = ${id}`.execute(laku.db))
  })
})
