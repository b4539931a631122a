-- What the provider refunded beyond what was asked lies in suspense. Before more money of the same payment goes
-- back, laku looks for it by the refund, the payment or the quarantined money that it is of (ADR 0186).
create index suspense_refunded on suspense_items (subject_id) where kind = 'refund' and amount_idr > 0;
