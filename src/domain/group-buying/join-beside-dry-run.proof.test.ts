import { expect, it } from 'vitest'
import { admin, openTestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { secondsAfter } from '../kernel/index.ts'
import { extendSession } from './index.ts'

const ROWS = 500
const JOINS = 40
const DAY_S = 86_400
/** The maximum time (ms) by which a join may take longer beside the dry run. */
const MORE_MS = 100

const middle = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number

it('a join into the session that a dry run of 500 rows works on waits for it under 100 ms', async () => {
  const laku = await openTestLaku({ jobs: [] })
  const market = await Market.open(laku)
  const buyers = await market.buyers(3 * JOINS)
  const { id: sessionId, endsAt } = await market.session({ moq: 1_000, capacity: 2_000 })
  const joinAll = async (): Promise<number[]> => {
    const tookMs: number[] = []
    for (const buyer of buyers.splice(0, JOINS)) {
      const begun = performance.now()
      await market.join(buyer, sessionId)
      tookMs.push(performance.now() - begun)
    }
    return tookMs
  }
  await joinAll()
  const alone = await joinAll()
  const uses = Array.from({ length: ROWS }, (_, row) => ({
    actor: admin,
    use: (work: Parameters<typeof extendSession>[0]) =>
      extendSession(work, { sessionId, endsAt: secondsAfter(endsAt, DAY_S + row) }),
  }))
  let isOver = false
  // A page of the dry run ends as soon as somebody waits for its locks. The next page continues with the
  // remaining rows.
  const dry = (async () => {
    let [rows, pages] = [0, 0]
    for (; rows < ROWS; pages++) rows += (await laku.unitOfWork.dryRunInTurn(uses.slice(rows))).length
    isOver = true
    return { rows, pages }
  })()
  const begunBeside = !isOver
  const beside = await joinAll()
  const { rows, pages } = await dry
  console.info(
    `${rows} rows in ${pages} pages; a join: ${middle(alone).toFixed(1)} ms alone (at most ${Math.max(...alone).toFixed(1)}), beside the dry run ${middle(beside).toFixed(1)} ms (at most ${Math.max(...beside).toFixed(1)})`,
  )
  expect(begunBeside).toBe(true)
  expect(rows).toBe(ROWS)
  expect(Math.max(...beside)).toBeLessThan(Math.max(...alone) + MORE_MS)
  expect((await market.see(sessionId)).endsAt).toEqual(endsAt)
  await laku.close()
}, 120_000)
