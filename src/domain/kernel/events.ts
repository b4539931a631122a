import type { Actor } from './actor.ts'

/**
 * Every type of event, with its payload. Each domain adds its own events to this interface in its
 * `events.ts`. Another map, the choreography, lists the reactions to each event. The choreography does not
 * compile if it lacks an event.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the domains
export interface EventPayloads {}

export type EventType = keyof EventPayloads

/**
 * An event: the record of something that happened to an object (the aggregate). Payloads are plain JSON: ids,
 * codes and amounts, no personal data.
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
    /** The id of the request that led to the event, if it is not the request of the whole transaction. */
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
     * The actor of the event, if it is not the actor of the whole transaction: a batch of joins acts for many
     * actors.
     */
    actor?: Actor
    /** The id of the request that led to the new event, if it is not the request of the whole transaction. */
    requestId?: string | undefined
  }
}[T]
