/**
 * The tables and columns that a replay of webhooks may change: the inbox's count, the audit log, the job
 * queue, and the times at which a provider was asked or will be asked.
 */
export const touchedByReplay = [
  'public.webhook_inbox',
  'public.audit_log',
  'public.provider_pace',
  'public.shipments.track_at',
  'pgboss.job',
  'pgboss.job_common',
]
