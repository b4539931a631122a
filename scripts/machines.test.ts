import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTransition, statesBefore, type Transitions } from '../src/domain/kernel/index.ts'
import { openTestLaku, type TestLaku } from '../test/laku.ts'
import { findMachines, firstStates } from './machines.ts'

const machines = await findMachines(process.cwd())
let laku: TestLaku
let checks: Set<string>[]

beforeAll(async () => {
  laku = await openTestLaku()
  const { rows } = await sql<{ rule: string }>`
    select pg_get_constraintdef(oid) as rule from pg_constraint
    where contype = 'c' and connamespace = current_schema()::regnamespace`.execute(laku.db)
  checks = rows
    .filter(({ rule }) => /= ANY/.test(rule))
    .map(({ rule }) => new Set([...rule.matchAll(/'([^']+)'::text/g)].map((match) => match[1] as string)))
})
afterAll(() => laku.close())

describe.each(machines)('the machine of a $name', ({ name, table }) => {
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
    const wanted = [...states].sort().join(' ')
    const known = checks.map((one) => [...one].sort().join(' '))
    expect(known).toContain(wanted)
  })
})
