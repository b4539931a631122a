declare module '../kernel/events.ts' {
  interface EventPayloads {
    'webhook.received': { inboxId: string; provider: 'xendit' | 'biteship' | 'whatsapp' }
  }
}
