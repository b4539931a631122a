import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { exitCodes, messageOf, usageError } from '../../cli/errors/cli-error.ts'
import type { Output } from '../../cli/output/output.ts'
import { type Column, renderTable } from '../../cli/output/table.ts'
import type { NotSeen } from '../../providers/check/not-seen.ts'
import type { Finding, Outcome } from '../../providers/check/run-probes.ts'

const WORDS: Readonly<Record<Row['outcome'], string>> = {
  ok: 'ok',
  differs: 'differs',
  unasked: 'could not be asked',
  left_out: 'left out',
  not_checked: 'not checked',
}

export const check = defineTask({
  name: 'check',
  exits: [8],
  description:
    'Check each provider with harmless requests and test keys, and show what differs from docs/providers.md. It sends no message. In test mode it makes an invoice, two payouts and a parcel, which are cancelled or fail, and refunds a little of a payment that somebody made by hand. It needs no database; if one is configured, it also checks what the providers delivered to the server. It says what it cannot see. Exits with 0 if all is as documented, with 8 if something differs, and with 6 if something could not be asked.',
  options: [
    { flags: '--live', description: 'the keys are live keys: skip everything that makes or moves something' },
    {
      flags: '--record <folder>',
      description: 'save each answer as a file in this folder, without personal data',
    },
    {
      flags: '--known <facts>',
      description:
        'the facts whose differences you know, separated by commas; they are shown and not counted',
    },
  ],
  input: z.object({
    live: z.boolean().default(false),
    record: z.string().min(1, 'it takes a folder').optional(),
    known: z
      .string()
      .regex(/^\w+\.[\w-]+(,\w+\.[\w-]+)*$/, 'it takes names of docs/providers.md, like xendit.qris-source')
      .optional(),
  }),
  examples: [
    'laku providers check',
    'laku providers check --record answers --json',
    'laku providers check --live --known xendit.qris-source,xendit.transaction-amounts',
  ],
  // `laku providers check` asks for no identity, because the person who holds the configuration has the
  // providers' keys anyway. The check neither reads nor writes laku's own data.
  run: async (context, { live, record, known }) => {
    const config = context.settings()
    const { liveKeys } = await import('./live-keys.ts')
    const lives = liveKeys(config)
    if (lives.length > 0 && !live)
      throw usageError(
        `${lives.join(' and ')} does not look like a test key: use test keys, or give --live, which skips everything that makes or moves something`,
      )
    const { probesOf } = await import('./probes.ts')
    const { notSeen } = await import('../../providers/check/not-seen.ts')
    const { runProbes } = await import('../../providers/check/run-probes.ts')
    const recorder = record === undefined ? undefined : await recorderIn(record)
    const { keptDeliveries } = await import('./kept-deliveries.ts')
    const deliveries = await keptDeliveries(config.databaseUrl)
    const probes = probesOf(config, {
      ...(recorder && { record: (answer) => recorder.keep(answer) }),
      read: deliveries.read,
    })
    const { progress, output } = context
    progress.start('checks', probes.length)
    const findings = await runProbes(probes, {
      live,
      step: ({ provider, check: name, outcome }) => {
        progress.step(`${MARKS[outcome]} ${provider}: ${name}`)
      },
    }).finally(deliveries.end)
    progress.end()
    if (recorder) output.note(`${recorder.count} answers are saved in ${record}`)
    const facts = new Set(known?.split(','))
    return {
      json: { ok: exitCodeOf(findings, facts) === exitCodes.done, live, checks: findings, notSeen },
      text: report(findings, notSeen, output),
      exitCode: exitCodeOf(findings, facts),
    }
  },
})

const MARKS: Readonly<Record<Outcome, string>> = { ok: '✓', differs: '✗', unasked: '?', left_out: '–' }

/**
 * Returns the exit code of the check. A difference between a provider and laku's assumptions is certain and
 * lasts. So its exit code takes precedence over the exit code for a question that a provider did not answer.
 */
function exitCodeOf(findings: readonly Finding[], known: ReadonlySet<string>) {
  const differs = findings.some(
    ({ outcome, differences }) =>
      outcome === 'differs' && differences.some(({ fact }) => fact === undefined || !known.has(fact)),
  )
  if (differs) return exitCodes.found
  return findings.some((finding) => finding.outcome === 'unasked') ? exitCodes.unavailable : exitCodes.done
}

type Row = Pick<Finding, 'provider' | 'check' | 'says'> & { outcome: Outcome | 'not_checked' }

const columns: Column<Row>[] = [
  { name: 'provider', kind: 'code', value: (row) => row.provider },
  { name: 'check', kind: 'code', value: (row) => row.check },
  { name: 'outcome', kind: 'status', value: (row) => WORDS[row.outcome] },
  { name: 'says', value: (row) => row.says },
]

/**
 * Returns the table of findings. Below the table, each difference is described in full, with what to do about
 * it. A fact that no harmless request can check has a row too, so that nobody takes its absence for a
 * confirmation.
 */
function report(findings: readonly Finding[], notSeen: readonly NotSeen[], { style, width }: Output): string {
  const unseen = notSeen.map(
    ({ fact, because }): Row => ({
      provider: fact.split('.')[0] ?? fact,
      check: fact,
      outcome: 'not_checked',
      says: because,
    }),
  )
  const table = renderTable(columns, [...findings, ...unseen], { style, width })
  const open = findings.filter((item) => item.outcome === 'differs' || item.outcome === 'unasked')
  const lines = open.flatMap(({ provider, check: name, says, differences, todo }) => {
    const head = style.bold(`${provider}: ${name}`)
    if (differences.length === 0) return [`${head}: ${says}`, `  what to do: ${todo ?? '-'}`]
    return differences.flatMap((difference) => [
      `${head}: ${difference.says}${difference.fact === undefined ? '' : ` (${difference.fact})`}`,
      `  what to do: ${difference.todo}`,
    ])
  })
  return lines.length === 0 ? table : `${table}\n\n${lines.join('\n')}`
}

async function recorderIn(folder: string) {
  const { FolderInUse, Recorder } = await import('../../providers/check/recorder.ts')
  try {
    return new Recorder(folder)
  } catch (error) {
    if (error instanceof FolderInUse) throw usageError(`--record: ${error.message}; name a new one`)
    const why = messageOf(error)
    throw usageError(`--record is ${folder}: it cannot be made (${why})`)
  }
}
