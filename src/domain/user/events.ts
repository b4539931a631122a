declare module '../kernel/events.ts' {
  interface EventPayloads {
    'user.registered': { userId: string }
    /**
     * A user set an email address, and proved with a code that they hold the account's phone. A mail must now
     * ask them to confirm the address.
     */
    'user.email_proven': { userId: string }
    'user.suspended': { userId: string }
    'user.activated': { userId: string }
    /** The user's personal data was erased. */
    'user.deleted': { userId: string }
  }
}

export {}
