import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configureCommand } from '../../src/cli/define/configure.ts'
import { allCommands, type Leaf } from '../../src/commands/tree.ts'
import { newId, type staffRoles } from '../../src/domain/kernel/index.ts'
import { commandRoles } from '../../src/runtime/who-may.ts'
import { askLaku, runLaku } from '../command-line.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { Market } from '../market.ts'
import { agentOf } from '../offices.ts'
import { hire, staff } from '../staff.ts'

const leaves = await allCommands()
const named = (leaf: Leaf) => leaf.path.join(' ')
/** Matches the commands of the host's owner, which have no acting person. */
const ofTheHost =
  /^(up|demo|serve|worker|sandbox|doctor|completion|login|context( .*)?|commands attach|db .*|auth log(in|out)|providers (check|show))$/

let laku: TestLaku
let factoryId: string
let other: string
beforeAll(async () => {
  laku = await openTestLaku()
  factoryId = (await Market.open(laku)).factoryId
  const words = ['factories', 'create', '--name', 'Konveksi Lain', '--phone', '0812-0000-7777']
  const place = ['--city', 'Bandung', '--province', 'Jawa Barat', '--postal-code', '40135']
  other = (await askLaku<{ id: string }>(laku, [...words, ...place])).id
})
afterAll(() => laku.close())

describe('issue 13, tried 5: who may what', () => {
  it('has a row for every command that somebody acts by, and none of one that is gone', () => {
    const wanted = leaves.map(named).filter((name) => !ofTheHost.test(name))
    expect([...commandRoles.keys()].toSorted()).toEqual(wanted.toSorted())
  })

  it('keeps a check of the whole book, which is read through the server, to who reads the ledger', async () => {
    const asked = async (role: (typeof staffRoles)[number]) =>
      (await runLaku(laku, ['ledger', 'verify', '--json'], staff(role))).exitCode
    expect([await asked('warehouse'), await asked('agent')]).toEqual([4, 4])
    expect([await asked('finance'), await asked('service')]).toEqual([0, 0])
  })

  it('stands in the help of each command', () => {
    for (const leaf of leaves.filter((leaf) => commandRoles.has(named(leaf)))) {
      const command = new Command(named(leaf))
      let help = ''
      command.configureOutput({
        writeOut: (text) => {
          help += text
        },
      })
      configureCommand(command, leaf.definition, () => Promise.reject(new Error('help opens nothing')))
      command.outputHelp()
      for (const role of commandRoles.get(named(leaf)) ?? [])
        expect(help).toMatch(new RegExp(`Who may: .*${role}.* admin`))
      expect(help).toContain(`Who may: ${leaf.definition.whoMay}.`)
    }
  })

  it('keeps the warehouse to goods, parcels and offices: no wallet, no webhook, nothing of the ledger', () => {
    const noMoney = [...commandRoles].filter(([, roles]) => roles.includes('warehouse')).map(([name]) => name)
    expect(noMoney.join('\n')).not.toMatch(
      /^(wallets|webhooks|ledger|payments|refunds|payouts|settle|users)\b/m,
    )
  })

  it('shows the warehouse attention items about goods alone, in lists, by id and to resolve', async () => {
    const ids = { withdrawal_large: '', shipment_not_booked: '' }
    for (const kind of ['withdrawal_large', 'shipment_not_booked'] as const) {
      const subject: [string, string] = ['test', newId()]
      await laku.system(async (work) => {
        work.requestAttention({ kind, subject, message: kind, command: 'laku attention list' })
      })
      const { id } = await laku.db
        .selectFrom('attention')
        .select('id')
        .where('subjectId', '=', subject[1])
        .executeTakeFirstOrThrow()
      ids[kind] = id
    }
    const clerk = await hire(laku, 'warehouse')
    const { data } = await askLaku<{ data: { id: string }[] }>(laku, ['attention', 'list'], clerk)
    expect(data.map(({ id }) => id)).toEqual([ids.shipment_not_booked])
    const resolve = async (id: string) =>
      (await runLaku(laku, ['attention', 'resolve', id, '--reason', 'seen'], clerk)).exitCode
    expect((await runLaku(laku, ['attention', 'show', ids.withdrawal_large], clerk)).exitCode).toBe(3)
    expect([await resolve(ids.withdrawal_large), await resolve(ids.shipment_not_booked)]).toEqual([3, 0])
  })

  it('lets an agent see and work the own office, and no other', async () => {
    const agent = await agentOf(laku, factoryId)
    const seen = async (...words: string[]) =>
      (await askLaku<{ data: { id: string }[] }>(laku, words, agent)).data.map(({ id }) => id)
    expect(await seen('offices', 'list')).toHaveLength(1)
    expect(await seen('factories', 'list')).toEqual([factoryId])
    expect(await seen('offices', 'pickups', 'list')).toEqual([])
    const show = (id: string) => runLaku(laku, ['factories', 'show', id], agent)
    expect([(await show(factoryId)).exitCode, (await show(other)).exitCode]).toEqual([0, 3])
    const rename = (id: string) => runLaku(laku, ['factories', 'update', id, '--name', 'Nama Baru'], agent)
    expect([(await rename(factoryId)).exitCode, (await rename(other)).exitCode]).toEqual([0, 3])
    // Without an office, an agent creates no factory, because they could not go on with it.
    const create = (n: number) => [
      ...['factories', 'create', '--name', 'Konveksi Baru', '--phone', `0812-0000-888${n}`],
      ...['--city', 'Bandung', '--province', 'Jawa Barat', '--postal-code', '40135', '--json'],
    ]
    const refused = await runLaku(laku, create(1), await hire(laku, 'agent'))
    expect([refused.exitCode, JSON.parse(refused.stdout).error.code]).toEqual([
      4,
      'factory.agent_without_office',
    ])
    const { id } = await askLaku<{ id: string }>(laku, create(2), agent)
    expect((await runLaku(laku, ['factories', 'submit', id], agent)).exitCode).toBe(0)
  })
})
