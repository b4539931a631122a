import { biteshipSwitches } from './biteship/switches.ts'
import { fieldsOf } from './fields.ts'
import { messagingSwitches } from './messaging/switches.ts'
import { WireError } from './wire-error.ts'
import { xenditSwitches } from './xendit/switches.ts'

/**
 * A switch is a behaviour of a provider that has several variants (`choices`). A test chooses one of them.
 */
export interface Switch {
  /** The name of the documented behaviour in docs/providers.md. */
  fact: string
  says: string
  /**
   * The variants of the behaviour. The first is the documented one, and is used unless a test chooses
   * another.
   */
  choices: readonly [string, ...string[]]
}

export type Switches = Readonly<Record<string, Switch>>

export const SWITCHES = { ...xenditSwitches, ...biteshipSwitches, ...messagingSwitches }

export type SwitchName = keyof typeof SWITCHES
type Choice<Name extends SwitchName> = (typeof SWITCHES)[Name]['choices'][number]

/**
 * The variants of the providers' behaviours that a test has chosen by `PUT /control/profile`. The body of
 * that request gives a variant for each named switch, like `{"biteship.rates": "one_unpriced"}`. For a switch
 * that the body leaves out, the provider behaves as it documents (strict).
 */
export class Profile {
  #chosen = new Map<string, string>()

  /**
   * Returns the variant of a provider's behaviour (switch) that is used now: the one that a test chose, or
   * else the documented one.
   */
  of<Name extends SwitchName>(name: Name): Choice<Name> {
    return (this.#chosen.get(name) ?? SWITCHES[name].choices[0]) as Choice<Name>
  }

  /**
   * Replaces the chosen variants of all switches. If a switch or variant does not exist, throws a 400 and
   * changes nothing.
   */
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

  /** Lists every switch with the variant that is used now. */
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
