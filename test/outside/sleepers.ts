/**
 * Where a worker falls asleep: before its lease is asked for the last time, at the socket's write, or with
 * the answer in its hand.
 */
export const points = ['check', 'write', 'answer'] as const
export type Point = (typeof points)[number]

type Lease = (() => Promise<number | undefined>) | undefined

/** Workers that were stopped within a call, and go on when they are woken. */
export class Sleepers {
  readonly #asleep: { wake: () => void; done: Promise<unknown> }[] = []

  get some(): boolean {
    return this.#asleep.length > 0
  }

  /** Runs `work` with a call that sleeps at that point; returns as soon as it sleeps, or is done without. */
  async send<P, R>(
    point: Point,
    call: (asked: P, lease: Lease) => Promise<R>,
    work: (sleepy: (asked: P, lease: Lease) => Promise<R>) => Promise<unknown>,
  ): Promise<void> {
    let wake = () => {}
    const gate = new Promise<void>((resolve) => {
      wake = resolve
    })
    let asleep = () => {}
    const sleeps = new Promise<void>((resolve) => {
      asleep = resolve
    })
    const rest = () => {
      asleep()
      return gate
    }
    const done = work(async (asked, lease) => {
      if (point === 'check') await rest()
      const answer = await call(asked, lease && (point === 'write' ? writing(lease, rest) : lease))
      if (point === 'answer') await rest()
      return answer
    })
    this.#asleep.push({ wake, done })
    await Promise.race([sleeps, done])
  }

  /** All go on, and do the rest of what they had claimed. */
  async wake(): Promise<void> {
    for (const { wake } of this.#asleep) wake()
    await Promise.all(this.#asleep.splice(0).map(({ done }) => done))
  }
}

const writing = (lease: NonNullable<Lease>, rest: () => Promise<void>) => async () => {
  const left = await lease()
  await rest()
  return left
}
