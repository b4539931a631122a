/**
 * The points at which a worker can fall asleep: before the last check of its lease, when it writes to the
 * socket, or when it has the answer.
 */
export const points = ['check', 'write', 'answer'] as const
export type Point = (typeof points)[number]

type Lease = (() => Promise<number | undefined>) | undefined

/** Workers that were stopped within a call. They continue when they are woken. */
export class Sleepers {
  readonly #asleep: { wake: () => void; done: Promise<unknown> }[] = []

  get some(): boolean {
    return this.#asleep.length > 0
  }

  /**
   * Runs `work` with a call that sleeps at this point. Returns as soon as the call sleeps, or when the work
   * is done without it.
   */
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

  /** Wakes all workers, which then finish the rest of their claimed work. */
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
