/**
 * A replay of webhooks may change only these: the inbox's count, the audit row of the staff member, the
 * queue, and the times of the last and next question to a provider.
 */
export const touchedByReplay = [
  'public.webhook_inbox',
  'public.audit_log',
  'public.provider_pace',
  'public.shipments.track_at',
  'pgboss.job',
  'pgboss.job_common',
]
