import { factoriesById } from '../../factory/index.ts'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { type Locale, userById } from '../../user/index.ts'
import { changesOf, type Subject, type WayChange } from '../../way-in/index.ts'

/**
 * The time for which the owner of a replaced phone number or email address is still notified of later
 * changes: 30 days. Otherwise somebody who takes over an account could change it a second time, and the owner
 * would get no notice.
 */
const REMEMBERED_S = 30 * 86_400

/** A phone number or email address that a user or factory has or had. */
type Channel = 'phone' | 'email'

export interface Holders {
  /**
   * The phones or emails to notify of the change. They are those from before the change, and those that were
   * replaced in the last 30 days. The one that the change gave its place back to is not among them.
   */
  phones: string[]
  mails: string[]
  locale: Locale
  /**
   * Returns the id of the change that a holder may stop: the change that took their number or address away,
   * if it can still be stopped. Stopping that one stops the later ones too. Otherwise the notified change.
   */
  changeToStop(holder: string): string
  /**
   * Whether this change or a later one gave a number or address back to a holder from whom it was taken in
   * the last 30 days. Then whoever had it in between may be the thief.
   */
  gaveBack: boolean
}

/** Returns the holders of the phones and emails that a change of a way in concerns. */
export async function holdersOf(work: Work, change: WayChange): Promise<Holders> {
  const { id, subject, way, old } = change
  const current = await currentOf(work, subject)
  const recent = await changesOf(work, subject, secondsAfter(work.now, -REMEMBERED_S))
  const own = recent.findIndex((pastChange) => pastChange.id === id)
  const replacedBy = (of: Channel) =>
    recent.filter((pastChange) => pastChange.way === of && pastChange.old !== null)
  const channel = way === 'phone' || way === 'email' ? way : undefined
  const present = channel === 'email' ? current.emailSet : current.phone
  const ownAndLater = [change, ...recent.slice(own + 1)].filter((oneChange) => oneChange.way === channel)
  // A change from an earlier version of laku has no new value, so the next change tells it.
  const results = ownAndLater.map(
    ({ newValue }, nth, all) => newValue ?? (nth + 1 < all.length ? all[nth + 1]?.old : present),
  )
  const contactsOf = (of: Channel) => {
    const first = way === of ? old : current[of]
    const before = replacedBy(of).flatMap((pastChange) =>
      pastChange.id === id || pastChange.old === null ? [] : [pastChange.old],
    )
    const all = [...new Set([...(first === null ? [] : [first]), ...before])]
    return of === channel ? all.filter((contact) => contact !== results[0]) : all
  }
  const earlier =
    channel && own > 0 ? replacedBy(channel).filter((pastChange) => recent.indexOf(pastChange) < own) : []
  return {
    phones: contactsOf('phone'),
    mails: contactsOf('email'),
    locale: current.locale,
    changeToStop: (holder) =>
      earlier.find(
        ({ old: taken, stoppedAt, stoppableUntil }) =>
          taken === holder && stoppedAt === null && stoppableUntil > work.now,
      )?.id ?? id,
    gaveBack: earlier.some((pastChange) => [...results, present].includes(pastChange.old)),
  }
}

async function currentOf(work: Work, [kind, id]: Subject): Promise<Current> {
  if (kind === 'factory') {
    const { phone = null, email = null } = (await factoriesById(work.tx, [id])).get(id) ?? {}
    return { phone, email, emailSet: email, locale: 'id' }
  }
  const user = await userById(work.tx, id)
  const { phone = null, email: emailSet = null, locale = 'id' } = user ?? {}
  return { phone, email: user?.emailConfirmedAt ? emailSet : null, emailSet, locale }
}

interface Current {
  phone: string | null
  /** The address to notify: of a user, only one that they confirmed. */
  email: string | null
  /** The address that is set, confirmed or not. */
  emailSet: string | null
  locale: Locale
}
