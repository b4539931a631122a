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
    'session.moq_reached': SessionSubject & { paidUnits: number }
    'session.pending_stock': SessionSubject & { missingUnits: number }
    'session.orders_created': SessionSubject & { orders: number; releasedIdr: number }
    'session.succeeded': SessionSubject
    'session.failed': SessionSubject & { paidUnits: number; moq: number }
    'session.cancelled': SessionSubject & { reason: string }
    'session.refunded': SessionSubject
    'participant.joined': ParticipantSubject & { paymentId: string; paymentCode: string; units: number; totalIdr: number }
    'participant.paid': ParticipantSubject & { units: number }
    'participant.released': ParticipantSubject & { because: 'expired' | 'left' | 'closed'; paymentId: string }
  }
}
export {}
