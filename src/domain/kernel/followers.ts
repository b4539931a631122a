import type { EventOf, EventType } from './events.ts'
import type { Work } from './work.ts'

/** A domain function that follows in the same transaction. It takes all events of its type at once. */
export type Reaction<T extends EventType> = (work: Work, events: EventOf<T>[]) => Promise<void>

/** A job that follows after the commit; it is written with the event, so neither exists without the other. */
export interface JobRule<T extends EventType> {
  job: string
  /** The job's data, or undefined where this event needs none. */
  data: (event: EventOf<T>) => object | undefined
}

export interface Followers<T extends EventType> {
  reactions?: readonly Reaction<T>[]
  jobs?: readonly JobRule<T>[]
}

/** Every event has its row, if only an empty one: an event that nobody follows says so. */
export type Choreography = { readonly [T in EventType]: Followers<T> }

export interface NewJob {
  name: string
  data: object
}
