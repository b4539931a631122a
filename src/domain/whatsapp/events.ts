declare module '../kernel/events.ts' {
  interface EventPayloads {
    'whatsapp.queued': { messageId: string }
    /** For good: whoever asked for it may go another way. */
    'whatsapp.failed': { messageId: string; dedupeKey: string; failureCode: string }
  }
}

export {}
