interface SessionSubject {
  sessionId: string
  code: string
}

interface ParticipantSubject extends SessionSubject {
  participantId: string
  userId: string
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'session.created': SessionSubject
    'session.opened': SessionSubject
    /** The session's end was moved to a later time, `endsAt` (ISO 8601). */
    'session.extended': SessionSubject & { endsAt: string }
    'session.moq_reached': SessionSubject & { paidUnits: number }
    'session.pending_stock': SessionSubject & { missingUnits: number }
    /**
     * The session's fulfilment is to be tried again. Stock may have arrived for the session, or the session
     * made no progress for too long, so its job may be lost.
     */
    'session.fulfilment_due': SessionSubject
    'session.orders_created': SessionSubject & { orders: number; releasedIdr: number }
    'session.succeeded': SessionSubject
    'session.failed': SessionSubject & { paidUnits: number; moq: number }
    'session.cancelled': SessionSubject & { reason: string }
    'session.refunded': SessionSubject
    'participant.joined': ParticipantSubject & {
      paymentId: string
      paymentCode: string
      units: number
      totalIdr: number
      /** The part of the join's total price that the buyer's wallet pays. */
      walletIdr: number
    }
    'participant.paid': ParticipantSubject & { units: number }
    /**
     * A buyer's place in a session ended, and its units can be bought by others again. If the place was not
     * paid, its invoice is not needed any more.
     */
    'participant.released': ParticipantSubject & {
      because: 'expired' | 'left' | 'closed'
      paymentId: string
      wasPaid: boolean
    }
  }
}

export {}
