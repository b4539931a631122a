import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Work } from '../../domain/kernel/index.ts'
import { exitCodes, usageError } from '../cli-error.ts'
import type { CommandContext } from '../context.ts'
import { defineTask } from '../define-command.ts'
import { type Decision, readDecisions } from './decisions.ts'

/** Where each decision leads: a row whose settlement is there was carried out before. */
const leadsTo = { approve: 'approved', hold: 'on_hold', void: 'void' } as const

export const importVerb = defineTask({
  name: 'import',
  description: 'Carry out decisions from a CSV of code,decision[,reason]; decision approve, hold or void.',
  args: [{ name: 'file', description: 'the CSV' }],
  options: [
    { flags: '--dry-run', description: 'check every row, and change nothing' },
    { flags: '--failed <file>', description: 'where rows that failed are written (FILE.failed.csv)' },
  ],
  input: z.object({ file: z.string(), dryRun: z.boolean().default(false), failed: z.string().optional() }),
  examples: ['laku settle import decisions.csv --yes'],
  run: async (context, { file, dryRun, failed = `${file}.failed.csv` }) => {
    const decisions = await readDecisions(await readFile(file, 'utf8'))
    const open = await checkAll(context, decisions)
    const before = decisions.length - open.length
    if (dryRun)
      return {
        json: { rows: decisions.length, before, open: open.length },
        text: `${open.length} to carry out.`,
      }
    const refused = await carryOut(context, open)
    if (refused.length > 0) await writeFile(failed, csvOf(refused))
    const done = open.length - refused.length
    const json = {
      rows: decisions.length,
      before,
      done,
      failed: refused.map(({ decision, error }) => ({ line: decision.line, code: decision.code, error })),
      ...(refused.length > 0 ? { failedFile: failed } : {}),
    }
    const text = `${done} carried out, ${before} were before, ${refused.length} failed${
      refused.length > 0 ? `: they are in ${failed}, to be fed back` : ''
    }.`
    return { json, text, exitCode: refused.length > 0 ? exitCodes.partly : exitCodes.done }
  },
})

/** Checks every row against its settlement before the first change; returns those still to be carried out. */
async function checkAll(context: CommandContext, decisions: readonly Decision[]): Promise<Decision[]> {
  const { requireTransition } = await import('../../domain/kernel/index.ts')
  const { getSettlement, settlementTransitions } = await import('../../domain/settlement/index.ts')
  return await context.read(async (work) => {
    const problems: string[] = []
    const open: Decision[] = []
    for (const decision of decisions) {
      try {
        const { status } = await getSettlement(work.tx, decision.code)
        const to = leadsTo[decision.decision]
        if (status === to) continue
        requireTransition(settlementTransitions, status, to, 'settlement')
        open.push(decision)
      } catch (error) {
        problems.push(`line ${decision.line}, ${decision.code}: ${messageOf(error)}`)
      }
    }
    if (problems.length > 0) {
      throw usageError(
        `nothing was changed, ${problems.length} rows are wrong: ${problems.slice(0, 10).join('; ')}`,
      )
    }
    return open
  })
}

interface Refused {
  decision: Decision
  error: string
}

/** A row a transaction: killed at any line, the rows before stand, and the file can be given again. */
async function carryOut(context: CommandContext, open: readonly Decision[]): Promise<Refused[]> {
  const { units } = await context.laku()
  const actor = await context.actor()
  const refused: Refused[] = []
  context.progress.start('deciding', open.length)
  for (const decision of open) {
    const { reason } = decision
    const who = actor.kind === 'staff' && reason ? { ...actor, reason } : actor
    try {
      await units.run(who, (work) => decide(work, decision))
      context.progress.step(`${decision.code}: ${decision.decision}`)
    } catch (error) {
      refused.push({ decision, error: messageOf(error) })
      context.progress.step(`${decision.code}: ${messageOf(error)}`)
    }
  }
  context.progress.end()
  return refused
}

async function decide(work: Work, { code: settlement, decision, reason }: Decision): Promise<void> {
  const { approveSettlement, holdSettlement, voidSettlement } = await import(
    '../../domain/settlement/index.ts'
  )
  if (decision === 'approve') await approveSettlement(work, { settlement })
  else if (decision === 'hold') await holdSettlement(work, { settlement, reason })
  else await voidSettlement(work, { settlement, reason })
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** The rows as they were read, with what was wrong in a column that is not read. */
function csvOf(refused: readonly Refused[]): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const rows = refused.map(({ decision: { code, decision, reason }, error }) =>
    [code, decision, reason, error].map(field).join(','),
  )
  return [`code,decision,reason,error`, ...rows].map((row) => `${row}\r\n`).join('')
}
