declare module '../kernel/events.ts' {
  interface EventPayloads {
    'user.registered': { userId: string }
    /** A user who set an address for mail proved that they hold the phone; the address is to be confirmed. */
    'user.email_proven': { userId: string }
    'user.suspended': { userId: string }
    'user.activated': { userId: string }
    /** The user's personal data was erased. */
    'user.deleted': { userId: string }
  }
}

export {}
