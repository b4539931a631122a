import { z } from 'zod'
import { defineTask } from '../../../cli/define/command.ts'
import { exitCodes } from '../../../cli/errors/cli-error.ts'
import { type Column, renderTable } from '../../../cli/output/table.ts'
import { readEnvironment } from '../../../runtime/environment/read-environment.ts'
import { nextSteps, type UsedKey } from './next-steps.ts'

const columns: readonly Column<UsedKey>[] = [
  { name: 'purpose', value: (row) => row.purpose },
  { name: 'key', kind: 'code', value: (row) => row.key },
  { name: 'state', value: (row) => row.state },
  { name: 'values', kind: 'number', value: (row) => row.values },
  { name: 'admitted_at', heading: 'admitted', kind: 'time', value: (row) => row.admittedAt },
]

export const list = defineTask({
  name: 'list',
  exits: [8],
  description:
    'List the keys of the database, how many encrypted values or ledger seals use each, and the next step of a rotation that is not finished. Exits with 8 if something uses a key that is not configured.',
  input: z.object({}),
  examples: ['laku db keys list'],
  run: async (context) => {
    const laku = await context.laku()
    const { keysInUse } = await import('../../../domain/composition/sealing/keys-in-use.ts')
    const { keysSetBack } = await import('../../../domain/composition/sealing/writing-keys.ts')
    const { sealedTables } = await import('../../../domain/composition/sealing/sealed-data.ts')
    const { pool, vault, db } = laku
    context.progress.start('tables', sealedTables.length + 2)
    const [known, use] = await Promise.all([
      readEnvironment(pool),
      db
        .transaction()
        .setAccessMode('read only')
        .execute((tx) => keysInUse(tx, vault, (table) => context.progress.step(table))),
    ])
    context.progress.end()
    const writing = { encryption: vault.keyId, seal: vault.seals.keyId }
    const keys: UsedKey[] = (known?.keys ?? []).map(({ purpose, id, admittedAt, retiredAt }) => ({
      purpose,
      key: id,
      state: retiredAt ? 'retired' : writing[purpose] === id ? 'writes' : 'reads',
      values: use[purpose].values.get(id) ?? 0,
      admittedAt,
    }))
    for (const purpose of ['encryption', 'seal'] as const) {
      for (const [id, values] of use[purpose].values) {
        if (keys.some((key) => key.purpose === purpose && key.key === id)) continue
        keys.push({ purpose, key: id || 'unknown', state: 'not given', values, admittedAt: null })
      }
    }
    const isLost = keys.some(
      ({ state, values }) => state === 'not given' || (state === 'retired' && values > 0),
    )
    const configured = { encryption: vault.keyIds, seal: vault.seals.keyIds }
    const setBack = await db.transaction().execute((tx) => keysSetBack(tx, known?.keys ?? []))
    const next = nextSteps(keys, configured, setBack)
    const { style, width } = context.output
    return {
      json: { ok: !isLost, keys, next },
      text: [renderTable(columns, keys, { style, width }), ...next.map((step) => `Next: ${step}`)].join(
        '\n\n',
      ),
      exitCode: isLost ? exitCodes.found : exitCodes.done,
    }
  },
})
