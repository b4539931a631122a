import { AT_ONCE_MS, type KeySetBack } from '../../../domain/composition/sealing/writing-keys.ts'
import type { KeyPurpose } from '../../../runtime/environment/read-environment.ts'
import { keyVariables } from '../../../runtime/environment/require-fit.ts'

/** A key of the database, with the number of values that use it. */
export interface UsedKey {
  purpose: KeyPurpose
  key: string
  state: 'writes' | 'reads' | 'retired' | 'not given'
  values: number
  admittedAt: Date | null
}

/** Says which older key writes again, and how a person ends this. */
export function sentenceOfSetBack({ purpose, key, newer, at }: KeySetBack): string {
  return `a process writes with ${key} (${purpose}) since ${at.toISOString()}, although ${newer} wrote before: put ${newer} first in ${keyVariables[purpose]}, restart all workers and servers, then run laku db keys rewrite`
}

/**
 * Returns what to do next so that a rotation of keys ends, one sentence for each step; empty if no rotation
 * is under way. A rotation may stop anywhere, and the next person must see how to go on. `configured` are
 * the names of the keys that this process has, `setBack` the older keys that write again.
 */
export function nextSteps(
  keys: readonly UsedKey[],
  configured: Record<KeyPurpose, readonly string[]>,
  setBack: readonly KeySetBack[],
): string[] {
  return (['encryption', 'seal'] as const).flatMap((purpose) => {
    const back = setBack.filter((found) => found.purpose === purpose).map(sentenceOfSetBack)
    const own = keys.filter((key) => key.purpose === purpose)
    const lost = own.filter(({ state }) => state === 'not given')
    if (lost.length > 0) {
      const count = lost.reduce((sum, { values }) => sum + values, 0)
      return [
        ...back,
        `${count} values (${purpose}) use a key that is not configured: add that key at the end of ${keyVariables[purpose]}`,
      ]
    }
    if (back.length > 0) return back
    const writing = own.find(({ state }) => state === 'writes')
    const reading = own.filter(({ state }) => state === 'reads')
    const writingSince = (writing?.admittedAt?.getTime() ?? 0) + AT_ONCE_MS
    const newest = reading.find(({ admittedAt }) => (admittedAt?.getTime() ?? 0) > writingSince)
    if (newest) {
      return [
        `${newest.key} is newer than the key that writes (${purpose}): put it first in ${keyVariables[purpose]}, and restart workers and servers`,
      ]
    }
    return own.flatMap(({ key, state, values }) => {
      if (state === 'reads' && values > 0) {
        return [
          `${values} values are still under ${key} (${purpose}): run laku db keys rewrite as an administrator`,
        ]
      }
      if (state === 'reads')
        return [`no value is under ${key} (${purpose}) any more: run laku db keys retire ${key} as the owner`]
      if (state === 'retired' && configured[purpose].includes(key)) {
        return [
          `${key} (${purpose}) is retired: take it out of ${keyVariables[purpose]}, and restart workers and servers`,
        ]
      }
      return []
    })
  })
}
