import { messageOf } from '../../cli/errors/cli-error.ts'
import type { Shop } from './shop.ts'

export interface StepResult {
  name: string
  ms: number
  amount_idr?: number
  detail?: string
}

export interface FlowResult {
  name: string
  ok: boolean
  ms: number
  steps: StepResult[]
  error?: string
}

/** Facts that a step of a flow may report when it succeeds: an amount of money, and a detail as text. */
export type Told = { amountIdr?: number; detail?: string }

/** One flow of the service map (docs/service-map.md), which the demo carries out step by step. */
export interface Flow {
  name: string
  description: string
  /** @param before is over when all flows before this one are */
  act: (shop: Shop, step: Steps, before: Promise<unknown>) => Promise<void>
}

/** Runs one step of a flow, measures its time and records the facts that it reports. */
export type Steps = <T>(name: string, run: () => Promise<T>, tell?: (value: T) => Told) => Promise<T>

/**
 * Carries out a flow step by step. The first step that fails ends the flow. The error message of that step
 * becomes the flow's error.
 */
export async function actOut(
  flow: Flow,
  shop: Shop,
  before: Promise<unknown>,
  onStep: (step: StepResult) => void,
): Promise<FlowResult> {
  const startedMs = performance.now()
  const steps: StepResult[] = []
  const step: Steps = async (name, run, tell) => {
    const from = performance.now()
    const value = await run()
    const told = tell?.(value) ?? {}
    const result: StepResult = {
      name,
      ms: Math.round(performance.now() - from),
      ...(told.amountIdr === undefined ? {} : { amount_idr: told.amountIdr }),
      ...(told.detail === undefined ? {} : { detail: told.detail }),
    }
    steps.push(result)
    onStep(result)
    return value
  }
  const ended = (ok: boolean) => ({
    name: flow.name,
    ok,
    ms: Math.round(performance.now() - startedMs),
    steps,
  })
  try {
    await flow.act(shop, step, before)
    return ended(true)
  } catch (error) {
    return { ...ended(false), error: messageOf(error) }
  }
}

/** Throws an error with the given text if the condition does not hold. */
export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
