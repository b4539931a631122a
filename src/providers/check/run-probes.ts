import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import { LOGIN_REFUSED } from '../email/facts.ts'
import { refusalBy } from '../whatsapp/facts.ts'
import { type Difference, NotConfigured, type Probe, type Seen } from './probe.ts'

/**
 * The outcome of a probe.
 * - `ok`: the provider behaves as docs/providers.md says.
 * - `differs`: the provider behaves differently from docs/providers.md, or refuses us.
 * - `unasked`: the provider did not answer, or a setting is missing.
 * - `left_out`: the probe was skipped on purpose, or found nothing to check.
 */
export type Outcome = 'ok' | 'differs' | 'unasked' | 'left_out'

export interface Finding {
  provider: string
  check: string
  outcome: Outcome
  says: string
  differences: readonly Difference[]
  /** The step that a person should take about the finding; null if nothing is to be done. */
  todo: string | null
}

export interface ProbeRun {
  /**
   * True if the providers' keys are live, not test keys: probes that make or move anything are then
   * skipped.
   */
  live: boolean
  /** Receives the finding of each probe, as soon as the probe has ended. */
  step: (finding: Finding) => void
}

/** The reason why a provider's remaining probes are skipped: for example, the provider does not answer. */
type Blocked = Pick<Finding, 'says' | 'todo'>

/** Runs all probes: those of one provider in order, and all providers at the same time. */
export async function runProbes(probes: readonly Probe[], run: ProbeRun): Promise<Finding[]> {
  const byProvider = [...Map.groupBy(probes, (probe) => probe.provider).values()]
  const found = await Promise.all(byProvider.map((own) => inTurn(own, run)))
  return found.flat()
}

async function inTurn(probes: readonly Probe[], { live, step }: ProbeRun): Promise<Finding[]> {
  const findings: Finding[] = []
  let blocked: Blocked | undefined
  for (const probe of probes) {
    const told = await findingOf(probe, live, blocked)
    findings.push(told.finding)
    step(told.finding)
    blocked ??= told.blocks
  }
  return findings
}

async function findingOf(
  probe: Probe,
  live: boolean,
  blocked: Blocked | undefined,
): Promise<{ finding: Finding; blocks?: Blocked }> {
  const finding = (outcome: Outcome, says: string, more: Partial<Finding> = {}): Finding => ({
    provider: probe.provider,
    check: probe.name,
    outcome,
    says,
    differences: [],
    todo: null,
    ...more,
  })
  if (live && probe.makes)
    return {
      finding: finding(
        'left_out',
        'this check would create objects at the provider, which is not done with a live key',
      ),
    }
  if (blocked) return { finding: finding('unasked', `not tried: ${blocked.says}`, { todo: blocked.todo }) }
  try {
    return { finding: seenFinding(finding, await probe.ask()) }
  } catch (error) {
    if (error instanceof NotConfigured)
      return { finding: finding('unasked', error.message, { todo: 'set it, and run the check again' }) }
    if (!(error instanceof ProviderFailure)) throw error
    return failedFinding(finding, error)
  }
}

type MakeFinding = (outcome: Outcome, says: string, more?: Partial<Finding>) => Finding

function seenFinding(finding: MakeFinding, { says, differences = [], empty }: Seen): Finding {
  if (differences.length === 0) return finding(empty ? 'left_out' : 'ok', says)
  const todos = [...new Set(differences.map((difference) => difference.todo))]
  const told = differences.map((difference) => difference.says).join('; ')
  return finding('differs', told, { differences, todo: todos.join('; ') })
}

const READ_FACTS = 'compare it with docs/providers.md, and report it to the maintainers of laku'

function failedFinding(
  finding: MakeFinding,
  failure: ProviderFailure,
): { finding: Finding; blocks?: Blocked } {
  const { provider, outcome, code, httpStatus, details } = failure
  if (isOurAccount(failure)) {
    const variable = KEYS[provider] ?? 'its settings'
    const known = refusalBy(code)
    const says = `it refuses our account: ${known ? `${known.says} (${code})` : code}`
    const todo = `repair the account at the provider, or correct ${variable}`
    const fact = FACT_OF_REFUSALS[provider]
    const difference: Difference = { says, todo, ...(fact !== undefined && { fact }) }
    return {
      finding: finding('differs', says, { differences: [difference], todo }),
      blocks: { says, todo },
    }
  }
  if (outcome === 'refused' || code === 'unreadable_answer') {
    const fields = Array.isArray(details.fields) ? ` (${details.fields.join(', ')})` : ''
    const says =
      outcome === 'refused'
        ? `it refuses a request that its reference allows: ${code}${httpStatus === undefined ? '' : `, HTTP ${httpStatus}`}`
        : `laku cannot read its answer${fields}`
    return {
      finding: finding('differs', says, { differences: [{ says, todo: READ_FACTS }], todo: READ_FACTS }),
    }
  }
  const says = `${outcome === 'limited' ? 'it limits our requests' : 'it does not answer'}: ${code}`
  const todo = 'make sure that it is up and can be reached from here, and run the check again'
  // If the provider does not answer, its later probes are skipped. Otherwise each of them would wait as long
  // as this probe.
  const isAway = outcome === 'unreachable' || code === 'timeout'
  return { finding: finding('unasked', says, { todo }), ...(isAway && { blocks: { says, todo } }) }
}

const KEYS: Readonly<Record<string, string>> = {
  xendit: 'XENDIT_SECRET_KEY',
  biteship: 'BITESHIP_API_KEY',
  whatsapp: 'WHATSAPP_TOKEN',
  fonnte: 'WHATSAPP_TOKEN',
  sms: 'SMS_ACCOUNT and SMS_TOKEN',
  email: 'SMTP_URL',
}

const FACT_OF_REFUSALS: Readonly<Record<string, string>> = {
  whatsapp: 'meta.refusals',
  fonnte: 'fonnte.refusals',
}

/**
 * Returns true if a refusal concerns our account. No call to this provider works then, until the account or
 * its key is corrected.
 */
function isOurAccount({ provider, outcome, code, httpStatus }: ProviderFailure): boolean {
  if (outcome !== 'refused') return false
  if (httpStatus === 401 || LOGIN_REFUSED.includes(code)) return true
  return FACT_OF_REFUSALS[provider] !== undefined && refusalBy(code)?.reach === 'account'
}
