import type { Actor } from './actor.ts'

/**
 * Every event by type, with its payload. A domain declares its own events by augmenting this interface in its
 * `events.ts`. The choreography, which must route each event, does not compile while one is left out.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the domains
export interface EventPayloads {}

export type EventType = keyof EventPayloads

/**
 * An event, which records what happened to which aggregate. Payloads are plain JSON: ids, codes and amounts,
 * no personal data.
 */
export type EventOf<T extends EventType> = {
  [K in T]: {
    readonly id: string
    readonly type: K
    readonly aggregateKind: string
    readonly aggregateId: string
    readonly payload: EventPayloads[K]
    readonly occurredAt: Date
    readonly actor: Actor
    /** The request that led to the event, if it is not the request of the unit of work. */
    readonly requestId?: string
  }
}[T]

export type DomainEvent = EventOf<EventType>

/** A new event that a use case passes to `work.emit`. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: {
    type: K
    aggregate: readonly [kind: string, id: string]
    payload: EventPayloads[K]
    /**
     * The actor of the event, if it is not the actor of the unit of work: a gathered batch acts for many
     * actors.
     */
    actor?: Actor
    /** The request that led to the event, if it is not the request of the unit of work. */
    requestId?: string | undefined
  }
}[T]
