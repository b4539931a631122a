import { biteshipSwitches } from './biteship/switches.ts'
import { fieldsOf } from './fields.ts'
import { messagingSwitches } from './messaging/switches.ts'
import { WireError } from './wire-error.ts'
import { xenditSwitches } from './xendit/switches.ts'

/** One behaviour of a provider that has several variants. */
export interface Switch {
  /** The name of the documented behaviour in docs/providers.md. */
  fact: string
  says: string
  /** The variants. The first is the documented one, and holds unless another is chosen. */
  choices: readonly [string, ...string[]]
}

export type Switches = Readonly<Record<string, Switch>>

export const SWITCHES = { ...xenditSwitches, ...biteshipSwitches, ...messagingSwitches }

export type SwitchName = keyof typeof SWITCHES
type Choice<Name extends SwitchName> = (typeof SWITCHES)[Name]['choices'][number]

/**
 * How the providers behave. Strict, as they document it, unless `PUT /control/profile` names switches:
 * `{"biteship.rates": "one_unpriced"}`. What a body leaves out is strict again.
 */
export class Profile {
  #chosen = new Map<string, string>()

  /** The choice in force. */
  of<Name extends SwitchName>(name: Name): Choice<Name> {
    return (this.#chosen.get(name) ?? SWITCHES[name].choices[0]) as Choice<Name>
  }

  /** Throws a 400 for a switch or a choice that does not exist, and then changes nothing. */
  replace(body: unknown): void {
    const wanted = Object.entries(fieldsOf(body))
    for (const [name, choice] of wanted) {
      const known: Switch | undefined = (SWITCHES as Switches)[name]
      if (!known || !Object.hasOwn(SWITCHES, name))
        throw new WireError(400, { error: `${name}: there are ${Object.keys(SWITCHES).join(', ')}` })
      if (!known.choices.some((otherChoice) => otherChoice === choice))
        throw new WireError(400, { error: `${name}: one of ${known.choices.join(', ')} is wanted` })
    }
    this.#chosen = new Map(wanted.map(([name, choice]) => [name, String(choice)]))
  }

  /** Every switch with its choice, for who looks. */
  list(): Record<string, Switch & { choice: string }> {
    return Object.fromEntries(
      Object.entries(SWITCHES as Switches).map(([name, otherSwitch]) => [
        name,
        { choice: this.#chosen.get(name) ?? otherSwitch.choices[0], ...otherSwitch },
      ]),
    )
  }

  clear(): void {
    this.#chosen.clear()
  }
}
