import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { exitCodes, usageError } from '../../cli/errors/cli-error.ts'
import type { Output } from '../../cli/output/output.ts'
import { type Column, renderTable } from '../../cli/output/table.ts'
import type { NotSeen } from '../../providers/check/not-seen.ts'
import type { Finding, Outcome } from '../../providers/check/run-probes.ts'

const WORDS: Readonly<Record<Outcome, string>> = {
  ok: 'ok',
  differs: 'differs',
  unasked: 'could not be asked',
  left_out: 'left out',
}

export const check = defineTask({
  name: 'check',
  exits: [8],
  description:
    'Ask each provider harmless questions with test keys, and say what is not as docs/providers.md has it. Needs no database and sends no message; an invoice, a payout and a parcel of test mode are made and called off, and a payment that somebody made by hand in test mode is refunded a little. Says what it cannot see. Ends with 0 where all is as written, with 8 where something differs (also where something could not be asked besides), with 6 where something could not be asked.',
  options: [
    { flags: '--live', description: 'the keys are live: leave out what makes or moves anything' },
    { flags: '--record <folder>', description: 'keep the answers there, a file each, without personal data' },
    {
      flags: '--known <facts>',
      description:
        'differences that you know of, by the names of their facts with commas: shown, not counted',
    },
  ],
  input: z.object({
    live: z.boolean().default(false),
    record: z.string().min(1, 'a folder is wanted').optional(),
    known: z
      .string()
      .regex(/^\w+\.[\w-]+(,\w+\.[\w-]+)*$/, 'names of docs/providers.md are wanted, like xendit.qris-source')
      .optional(),
  }),
  examples: [
    'laku providers check',
    'laku providers check --record answers --json',
    'laku providers check --live --known xendit.qris-source,xendit.transaction-amounts',
  ],
  // No identity is asked for: whoever has the configuration has the keys. Nothing of ours is read or written.
  run: async (context, { live, record, known }) => {
    const config = context.settings()
    const { liveKeys } = await import('./live-keys.ts')
    const lives = liveKeys(config)
    if (lives.length > 0 && !live)
      throw usageError(
        `${lives.join(' and ')} does not look like a test key: use test keys, or say --live, which leaves out what makes or moves anything`,
      )
    const { probesOf } = await import('./probes.ts')
    const { notSeen } = await import('../../providers/check/not-seen.ts')
    const { runProbes } = await import('../../providers/check/run-probes.ts')
    const recorder = record === undefined ? undefined : await recorderIn(record)
    const probes = probesOf(config, recorder && ((answer) => recorder.keep(answer)))
    const { progress, output } = context
    progress.start('checks', probes.length)
    const findings = await runProbes(probes, {
      live,
      step: ({ provider, check: name, outcome }) => {
        progress.step(`${MARKS[outcome]} ${provider}: ${name}`)
      },
    })
    progress.end()
    if (recorder) output.note(`${recorder.count} answers are kept in ${record}`)
    const facts = new Set(known?.split(','))
    return {
      json: { ok: exitCodeOf(findings, facts) === exitCodes.done, live, checks: findings, notSeen },
      text: `${report(findings, output)}\n\n${blindSpots(notSeen, output)}`,
      exitCode: exitCodeOf(findings, facts),
    }
  },
})

const MARKS: Readonly<Record<Outcome, string>> = { ok: '✓', differs: '✗', unasked: '?', left_out: '–' }

/** A difference is certain and lasts, so it goes before what may be there in an hour. */
function exitCodeOf(findings: readonly Finding[], known: ReadonlySet<string>) {
  const differs = findings.some(
    ({ outcome, differences }) =>
      outcome === 'differs' && differences.some(({ fact }) => fact === undefined || !known.has(fact)),
  )
  if (differs) return exitCodes.found
  return findings.some((finding) => finding.outcome === 'unasked') ? exitCodes.unavailable : exitCodes.done
}

const columns: Column<Finding>[] = [
  { name: 'provider', kind: 'code', value: (row) => row.provider },
  { name: 'check', kind: 'code', value: (row) => row.check },
  { name: 'outcome', kind: 'status', value: (row) => WORDS[row.outcome] },
  { name: 'says', value: (row) => row.says },
]

/** The table, and below it each difference in full with what to do. */
function report(findings: readonly Finding[], { style, width }: Output): string {
  const table = renderTable(columns, findings, { style, width })
  const open = findings.filter((finding) => finding.outcome === 'differs' || finding.outcome === 'unasked')
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

/** Lists the facts that no harmless question shows, so that nobody takes silence for a yes. */
function blindSpots(notSeen: readonly NotSeen[], { style }: Output): string {
  return [
    style.bold('not seen by this check'),
    ...notSeen.map(({ fact, because }) => `  ${fact}: ${because}`),
  ].join('\n')
}

async function recorderIn(folder: string) {
  const { FolderInUse, Recorder } = await import('../../providers/check/recorder.ts')
  try {
    return new Recorder(folder)
  } catch (error) {
    if (error instanceof FolderInUse) throw usageError(`--record: ${error.message}; name a new one`)
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`--record is ${folder}: it cannot be made (${why})`)
  }
}
